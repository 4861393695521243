/* Frames: see wire.h. */
#include "prelude.h"

#include "silo.h"

void
wire_begin(StringInfo frame, WireKind kind, uint32 stream)
{
	resetStringInfo(frame);
	wire_put_u32(frame, 0);		/* payload_bytes, known at the end */
	wire_put_u8(frame, (uint8) kind);
	wire_put_u8(frame, 0);
	wire_put_u16(frame, 0);
	wire_put_u32(frame, stream);
}

void
wire_end(StringInfo frame)
{
	uint32		payload_bytes = frame->len - WIRE_HEADER_BYTES;

	if (payload_bytes > WIRE_PAYLOAD_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a message to the Graincast silo would have %u bytes, the limit is %d", payload_bytes, WIRE_PAYLOAD_MAX_BYTES),
				 errhint("Train on fewer columns, or shorten names and hyperparameters.")));
	memcpy(frame->data, &payload_bytes, sizeof(payload_bytes));
}

void
wire_put_str(StringInfo frame, const char *text, int bytes)
{
	wire_put_u32(frame, bytes);
	appendBinaryStringInfo(frame, text, bytes);
}

void
wire_put_server_text(StringInfo frame, const char *text)
{
	char	   *utf8 = pg_server_to_any(text, strlen(text), PG_UTF8);

	wire_put_str(frame, utf8, strlen(utf8));
}

static void
raise_violation(const char *sent)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROTOCOL_VIOLATION),
			 errmsg("%s sent %s", silo_label(), sent),
			 errhint("Use the extension and the silo of the same Graincast release.")));
}

WireHeader
wire_header(const char bytes[WIRE_HEADER_BYTES])
{
	WireHeader	header;

	StaticAssertStmt(sizeof(header) == WIRE_HEADER_BYTES, "the header has no padding");
	memcpy(&header, bytes, sizeof(header));
	if (header.payload_bytes > WIRE_PAYLOAD_MAX_BYTES || header.flags != 0 || header.zero != 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("%s sent a malformed frame", silo_label()),
				 errdetail("Kind %u, %u bytes, flags %u, zero %u.", header.kind, header.payload_bytes, header.flags, header.zero),
				 errhint("Use the extension and the silo of the same Graincast release.")));
	return header;
}

void
wire_get_bytes(WireReader *reader, void *out, size_t bytes)
{
	if (reader->left < bytes)
		raise_violation("a message that is too short");
	memcpy(out, reader->at, bytes);
	reader->at += bytes;
	reader->left -= bytes;
}

uint8
wire_get_u8(WireReader *reader)
{
	uint8		value;

	wire_get_bytes(reader, &value, sizeof(value));
	return value;
}

uint16
wire_get_u16(WireReader *reader)
{
	uint16		value;

	wire_get_bytes(reader, &value, sizeof(value));
	return value;
}

uint32
wire_get_u32(WireReader *reader)
{
	uint32		value;

	wire_get_bytes(reader, &value, sizeof(value));
	return value;
}

uint64
wire_get_u64(WireReader *reader)
{
	uint64		value;

	wire_get_bytes(reader, &value, sizeof(value));
	return value;
}

/* A str, in the database's encoding, terminated. */
char *
wire_get_server_text(WireReader *reader)
{
	uint32		bytes = wire_get_u32(reader);
	char	   *text;

	if (reader->left < bytes)
		raise_violation("a message that is too short");
	text = pnstrdup(reader->at, bytes);
	if (strlen(text) != bytes)
		raise_violation("a text with a zero byte");
	reader->at += bytes;
	reader->left -= bytes;
	return pg_any_to_server(text, bytes, PG_UTF8);
}

void
wire_done(WireReader *reader)
{
	if (reader->left != 0)
		raise_violation("a message that is too long");
}
