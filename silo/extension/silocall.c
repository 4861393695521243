/* Calls to the silo: one frame there, an answer back, everything in between. */
#include "prelude.h"

#include "silo.h"

void
silo_raise(const SiloFailure *failure)
{
	ereport(ERROR,
			(errcode(failure->sqlstate),
			 errmsg("%s", failure->message),
			 failure->detail ? errdetail("%s", failure->detail) : 0,
			 failure->hint ? errhint("%s", failure->hint) : 0));
	pg_unreachable();
}

static const char *
text_or_null(WireReader *payload)
{
	char	   *text = wire_get_server_text(payload);

	return text[0] == '\0' ? NULL : text;
}

/* The five characters are not trusted: anything that is no error state becomes XX000. */
static int
get_sqlstate(WireReader *payload)
{
	char		state[5];

	wire_get_bytes(payload, state, sizeof(state));
	for (int i = 0; i < 5; i++)
	{
		if (!((state[i] >= '0' && state[i] <= '9') || (state[i] >= 'A' && state[i] <= 'Z')))
			return ERRCODE_INTERNAL_ERROR;
	}
	if (state[0] == '0' && (state[1] == '0' || state[1] == '1' || state[1] == '2'))
		return ERRCODE_INTERNAL_ERROR;	/* success and warnings */
	return MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4]);
}

static void
read_error(WireReader *payload, SiloFailure *failure)
{
	failure->sqlstate = get_sqlstate(payload);
	failure->answered = true;
	failure->message = text_or_null(payload);
	failure->detail = text_or_null(payload);
	failure->hint = text_or_null(payload);
	if (failure->message == NULL)
		failure->message = psprintf("%s reported an error without a text", silo_label());
	wire_done(payload);
}

static bool
ends_connection(int sqlstate)
{
	return ERRCODE_TO_CATEGORY(sqlstate) == MAKE_SQLSTATE('0', '8', '0', '0', '0') || sqlstate == ERRCODE_TOO_MANY_CONNECTIONS;
}

/* A silo that ends a connection says why first: prefer its words to "broken pipe". */
void
silo_hear_last_words(SiloFailure *failure)
{
	SiloFailure ignored = {0};
	WireHeader	header;
	WireReader	payload;
	bool		any = false;

	if (silo_read_frame(1, &header, &payload, &any, &ignored) && header.kind == WIRE_ERROR)
		read_error(&payload, failure);
	silo_close();
}

static bool
attempt(StringInfo frame, WireKind expect, int timeout_ms, WireReader *reply, bool *any, SiloFailure *failure)
{
	uint32		stream;

	memcpy(&stream, frame->data + 8, sizeof(stream));
	silo.dirty = true;
	if (!(frame->data[4] == WIRE_HELLO || silo_write_trace(stream, timeout_ms, failure)) || !silo_write(frame->data, frame->len, timeout_ms, failure))
	{
		silo_hear_last_words(failure);
		return false;
	}
	for (;;)
	{
		WireHeader	header;
		char	   *text;

		if (!silo_read_frame(timeout_ms, &header, reply, any, failure))
		{
			silo_close();
			return false;
		}
		if (header.kind == WIRE_ERROR && (header.stream == stream || header.stream == 0))
		{
			read_error(reply, failure);
			silo.dirty = false;
			if (header.stream == 0 || ends_connection(failure->sqlstate))
				silo_close();
			return false;
		}
		if (header.stream != stream || (header.kind != expect && header.kind != WIRE_PROGRESS))
			ereport(ERROR,
					(errcode(ERRCODE_PROTOCOL_VIOLATION),
					 errmsg("%s sent a frame of kind %u on stream %u, expected kind %d on stream %u",
					 silo_label(), header.kind, header.stream, (int) expect, stream),
					 errhint("Use the extension and the silo of the same Graincast release.")));
		if (header.kind == (uint8) expect)
			return true;
		/* Read first: ereport does not evaluate its arguments when nobody listens to NOTICEs. */
		text = wire_get_server_text(reply);
		wire_done(reply);
		if (text[0] != '\0')	/* else: it lives */
			ereport(NOTICE, (errmsg("%s", text)));
	}
}

/*
 * True with the reply's payload: the caller reads it and then calls silo_replied. A kept connection may turn out stale; an idempotent call is then sent
 * once more on a new one, but only when no byte of an answer had come.
 */
bool
silo_try_call(StringInfo frame, WireKind expect, int timeout_ms, bool idempotent, WireReader *reply, SiloFailure *failure)
{
	bool		hello = frame->data[4] == WIRE_HELLO;
	uint32		epoch = silo_epoch();
	bool		any = false;

	memset(failure, 0, sizeof(*failure));
	if (!hello && !silo_try_connect(failure))
		return false;
	if (attempt(frame, expect, timeout_ms, reply, &any, failure))
		return true;
	if (hello || !idempotent || any || failure->timed_out || epoch == 0 || silo_epoch() != 0 || silo.epoch != epoch)
		return false;
	memset(failure, 0, sizeof(*failure));
	return silo_try_connect(failure) && attempt(frame, expect, timeout_ms, reply, &any, failure);
}

WireReader
silo_call(StringInfo frame, WireKind expect, int timeout_ms, bool idempotent)
{
	SiloFailure failure;
	WireReader	reply;

	if (!silo_try_call(frame, expect, timeout_ms, idempotent, &reply, &failure))
		silo_raise(&failure);
	return reply;
}

/* The answer was read to its end: the connection is clean again. */
void
silo_replied(WireReader *reply)
{
	wire_done(reply);
	silo.dirty = false;
}

/* The image that the silo makes of a user's file, to be verified as any other that a user brings. Frees the frame. */
void *
silo_make_image(StringInfo frame, size_t *size_bytes)
{
	WireReader	reply = silo_call(frame, WIRE_IMAGE_MADE, graincast_timeout_ms, true);
	void	   *image;

	pfree(frame->data);
	*size_bytes = wire_get_u32(&reply);
	image = palloc(Max(reply.left, 1));
	wire_get_bytes(&reply, image, *size_bytes);
	silo_replied(&reply);
	return image;
}

/* A frame that has no reply of its own. */
void
silo_post(StringInfo frame)
{
	SiloFailure failure = {0};

	silo.dirty = true;
	if (!silo_write(frame->data, frame->len, graincast_timeout_ms, &failure))
	{
		silo_hear_last_words(&failure);
		silo_raise(&failure);
	}
	silo.dirty = false;
}

/* The descriptor that came with the last reply, now the caller's; -1 if there was none. */
int
silo_take_descriptor(void)
{
	int			descriptor = silo.descriptor;

	silo.descriptor = -1;
	return descriptor;
}
