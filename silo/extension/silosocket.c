/*
 * Bytes over the silo's socket. Every wait is on a wait event set kept with the connection (latch, postmaster, socket), so cancel, statement_timeout and
 * termination are honoured within it; a plain blocking recv would be deaf to all three.
 */
#include "prelude.h"

#include <sys/socket.h>

#include "silo.h"
#include "utils/wait_event.h"

SiloConnection silo = {.fd = -1, .descriptor = -1};

/* For messages: the silo by its node, or else by where it is looked for. */
const char *
silo_label(void)
{
	if (silo.node[0] != '\0')
		return psprintf("the Graincast silo of node %s", silo.node);
	return psprintf("the Graincast silo at \"%s\"", graincast_socket);
}

TimestampTz
silo_deadline(int timeout_ms)
{
	return TimestampTzPlusMilliseconds(GetCurrentTimestamp(), timeout_ms);
}

/* False when the deadline has passed first. */
bool
silo_wait(uint32 events, TimestampTz deadline)
{
	if (silo.waiting_for != events)
	{
		ModifyWaitEvent(silo.events, 2, events, NULL);
		silo.waiting_for = events;
	}
	for (;;)
	{
		WaitEvent	event;
		long		timeout_ms = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), deadline);

		if (timeout_ms <= 0)
			return false;
		if (WaitEventSetWait(silo.events, timeout_ms, &event, 1, PG_WAIT_EXTENSION) == 0)
			continue;
		if (event.events & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			CHECK_FOR_INTERRUPTS();
		}
		else if (event.events & events)
			return true;
	}
}

/* What a failure is when the silo did nothing for too long; always false. */
bool
silo_timed_out(SiloFailure *failure, const char *what, int timeout_ms)
{
	failure->sqlstate = ERRCODE_CONNECTION_FAILURE;
	failure->timed_out = true;
	failure->message = psprintf("%s did not %s within %d ms", silo_label(), what, timeout_ms);
	failure->hint = "The limit is the setting graincast.timeout_ms; the silo's log says what it is doing.";
	return false;
}

/* What a failure is when the connection broke; always false. */
bool
silo_lost(SiloFailure *failure, int error)
{
	failure->sqlstate = ERRCODE_CONNECTION_FAILURE;
	failure->message = psprintf("lost the connection to %s", silo_label());
	failure->detail = error == 0 ? "The silo closed it." : pstrdup(strerror(error));
	failure->hint = "Nothing was written. \"graincast status\" tells whether the silo is up, its log why it went.";
	return false;
}

/* The time is for each part that the silo takes: rows may wait, but not for a silo that has stopped. */
bool
silo_write(const char *bytes, size_t count, int timeout_ms, SiloFailure *failure)
{
	while (count > 0)
	{
		ssize_t		sent;

		CHECK_FOR_INTERRUPTS(); /* before the call: what it serves may change errno */
		sent = send(silo.fd, bytes, count, MSG_NOSIGNAL);
		if (sent >= 0)
		{
			bytes += sent;
			count -= sent;
		}
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
		{
			if (!silo_wait(WL_SOCKET_WRITEABLE, silo_deadline(timeout_ms)))
				return silo_timed_out(failure, "take what was sent to it", timeout_ms);
		}
		else if (errno != EINTR)
			return silo_lost(failure, errno);
	}
	return true;
}

/* One recvmsg; a descriptor that rides on the bytes is kept in silo.descriptor. */
static ssize_t
receive(char *bytes, size_t count)
{
	union
	{
		struct cmsghdr header;
		char		space[CMSG_SPACE(sizeof(int) * 4)];
	}			control;
	struct iovec data = {.iov_base = bytes, .iov_len = count};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	ssize_t		received = recvmsg(silo.fd, &message, MSG_CMSG_CLOEXEC);
	int			error = errno;

	if (received < 0)
		return received;
	for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL; part = CMSG_NXTHDR(&message, part))
	{
		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; at + sizeof(int) <= part->cmsg_len - CMSG_LEN(0); at += sizeof(int))
		{
			int			descriptor;

			memcpy(&descriptor, CMSG_DATA(part) + at, sizeof(descriptor));
			if (silo.descriptor >= 0)
				close(silo.descriptor); /* only the last one counts: more than one is nobody's wish */
			silo.descriptor = descriptor;
		}
	}
	errno = error;
	return received;
}

static bool
read_bytes(char *bytes, size_t count, TimestampTz deadline, int timeout_ms, bool *any, SiloFailure *failure)
{
	while (count > 0)
	{
		ssize_t		received;

		CHECK_FOR_INTERRUPTS(); /* before the call: what it serves may change errno */
		received = receive(bytes, count);
		if (received > 0)
		{
			*any = true;
			bytes += received;
			count -= received;
		}
		else if (received == 0)
			return silo_lost(failure, 0);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
		{
			if (!silo_wait(WL_SOCKET_READABLE, deadline))
				return silo_timed_out(failure, "answer", timeout_ms);
		}
		else if (errno != EINTR)
			return silo_lost(failure, errno);
	}
	return true;
}

/* A frame that has begun has to end in time, however long the answer may be waited for. The payload is allocated in the current memory context. */
bool
silo_read_frame(int timeout_ms, WireHeader *header, WireReader *payload, bool *any, SiloFailure *failure)
{
	int			rest_ms = Min(timeout_ms, graincast_timeout_ms);
	TimestampTz deadline;
	char		bytes[WIRE_HEADER_BYTES];
	char	   *data;

	if (!read_bytes(bytes, 1, silo_deadline(timeout_ms), timeout_ms, any, failure))
		return false;
	deadline = silo_deadline(rest_ms);
	if (!read_bytes(bytes + 1, sizeof(bytes) - 1, deadline, rest_ms, any, failure))
		return false;
	*header = wire_header(bytes);
	data = palloc(header->payload_bytes + 1);
	if (!read_bytes(data, header->payload_bytes, deadline, rest_ms, any, failure))
		return false;
	payload->at = data;
	payload->left = header->payload_bytes;
	return true;
}
