/* The connection to the silo: see silo.h. */
#include "prelude.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "commands/dbcommands.h"
#include "silo.h"
#include "utils/wait_event.h"

uint32
silo_epoch(void)
{
	return silo.fd >= 0 ? silo.epoch : 0;
}

/* A number for a call or a feed; 0 is the connection itself. */
uint32
silo_next_stream(void)
{
	if (++silo.last_stream == 0)
		silo.last_stream = 1;
	return silo.last_stream;
}

void
silo_close(void)
{
	if (silo.events != NULL)
	{
		FreeWaitEventSet(silo.events);
		silo.events = NULL;
	}
	if (silo.fd >= 0)
	{
		close(silo.fd);
		silo.fd = -1;
		ReleaseExternalFD();
	}
	if (silo.descriptor >= 0)
	{
		close(silo.descriptor);
		silo.descriptor = -1;
	}
	silo.dirty = false;
}

/* An error within a call leaves the connection dirty: closing it is what tells the silo to stop. */
void
silo_at_abort(void)
{
	if (silo.dirty)
		silo_close();
	if (silo.descriptor >= 0)
	{
		close(silo.descriptor);
		silo.descriptor = -1;
	}
}

/* The silo's user may be ours, root, or the owner of the folder that the socket is in. */
bool
silo_is_owner(uid_t uid)
{
	struct stat folder;
	char		path[MAXPGPATH];

	if (uid == geteuid() || uid == 0)
		return true;
	strlcpy(path, graincast_socket, sizeof(path));
	get_parent_directory(path);
	return path[0] != '\0' && stat(path, &folder) == 0 && uid == folder.st_uid;
}

static bool
unreachable(SiloFailure *failure, const char *detail)
{
	failure->sqlstate = ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION;
	failure->message = psprintf("could not reach %s", silo_label());
	failure->detail = pstrdup(detail);
	failure->hint = "Start it with \"graincast up\" or \"graincast serve\", or correct the setting graincast.socket.";
	silo_close();
	return false;
}

/* A kept connection whose silo has gone, or that has bytes nobody asked for, is of no use. */
static bool
is_usable(void)
{
	char		byte;
	ssize_t		peeked;

	if (silo.dirty || silo.events == NULL || strcmp(silo.path, graincast_socket) != 0)
		return false;
	peeked = recv(silo.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

/* A full backlog answers EAGAIN and cannot be waited for: try again each 10 ms. */
static bool
connect_socket(const struct sockaddr_un *address, TimestampTz deadline, SiloFailure *failure)
{
	while (connect(silo.fd, (const struct sockaddr *) address, sizeof(*address)) != 0)
	{
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN || GetCurrentTimestamp() >= deadline)
			return unreachable(failure, strerror(errno));
		if (WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 10, PG_WAIT_EXTENSION) & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			CHECK_FOR_INTERRUPTS();
		}
	}
	return true;
}

static bool
check_peer(SiloFailure *failure)
{
	struct ucred peer;
	socklen_t	bytes = sizeof(peer);

	if (getsockopt(silo.fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0)
		return unreachable(failure, strerror(errno));
	if (!silo_is_owner(peer.uid))
		return unreachable(failure, psprintf("The process behind it runs as user id %u, which is not the server's, root's or the folder owner's.", peer.uid));
	return true;
}

static bool
say_hello(SiloFailure *failure)
{
	StringInfoData frame;
	WireReader	reply;
	char	   *database = get_database_name(MyDatabaseId);
	char	   *node;

	initStringInfo(&frame);
	wire_begin(&frame, WIRE_HELLO, 0);
	wire_put_u16(&frame, WIRE_VERSION_MIN);
	wire_put_u16(&frame, WIRE_VERSION_MAX);
	wire_put_u32(&frame, (uint32) MyProcPid);
	wire_put_server_text(&frame, database ? database : "");
	wire_put_server_text(&frame, GRAINCAST_VERSION);
	wire_end(&frame);
	if (!silo_try_call(&frame, WIRE_WELCOME, graincast_timeout_ms, false, &reply, failure))
	{
		silo_close();
		return false;
	}
	if (wire_get_u16(&reply) != WIRE_VERSION_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s speaks another version of the protocol", silo_label()),
				 errhint("Install the extension and the silo from the same release.")));
	(void) wire_get_u32(&reply);
	node = wire_get_server_text(&reply);
	(void) wire_get_server_text(&reply);
	silo_replied(&reply);
	strlcpy(silo.node, node, pg_mbcliplen(node, strlen(node), sizeof(silo.node) - 1) + 1);
	return true;
}

bool
silo_try_connect(SiloFailure *failure)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	TimestampTz deadline = silo_deadline(graincast_timeout_ms);

	if (silo.fd >= 0 && is_usable())
		return true;
	silo_close();
	silo.node[0] = '\0';

	if (strlen(graincast_socket) >= sizeof(address.sun_path))
		return unreachable(failure, "The path of the socket is too long.");
	strcpy(address.sun_path, graincast_socket);
	if (silo.path != NULL)
		pfree(silo.path);
	silo.path = NULL;
	silo.path = MemoryContextStrdup(TopMemoryContext, graincast_socket);

	if (!AcquireExternalFD())
		return unreachable(failure, "This backend has too many open files.");
	silo.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (silo.fd < 0)
	{
		ReleaseExternalFD();
		return unreachable(failure, strerror(errno));
	}
	silo.epoch++;
	silo.dirty = true;			/* until the silo has said welcome */
	silo.events = gc_create_wait_event_set(3);
	AddWaitEventToSet(silo.events, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	AddWaitEventToSet(silo.events, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL, NULL);
	AddWaitEventToSet(silo.events, WL_SOCKET_READABLE, silo.fd, NULL, NULL);
	silo.waiting_for = WL_SOCKET_READABLE;

	return connect_socket(&address, deadline, failure) && check_peer(failure) && say_hello(failure);
}

void
silo_connect(void)
{
	SiloFailure failure = {0};

	if (!silo_try_connect(&failure))
		silo_raise(&failure);
}

/* Called while a transaction ends, so it neither waits nor raises; what cannot be said by a frame is said by closing. */
static void
tell(const void *frame, size_t bytes)
{
	if (silo.dirty || send(silo.fd, frame, bytes, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t) bytes)
		silo_close();
}

void
silo_cancel_run(uint64 run)
{
	struct
	{
		WireHeader	header;
		uint32		run[2];
	}			frame = {.header = {.payload_bytes = sizeof(run), .kind = WIRE_CANCEL}};

	if (silo.fd < 0)
		return;
	memcpy(frame.run, &run, sizeof(run));
	tell(&frame, sizeof(frame));
}

void
silo_start_run(uint64 run, uint64 rows)
{
	struct
	{
		WireHeader	header;
		uint32		run[2];
		uint32		rows[2];
	}			frame = {.header = {.payload_bytes = sizeof(run) + sizeof(rows), .kind = WIRE_START_RUN}};

	if (silo.fd < 0)
		return;
	memcpy(frame.run, &run, sizeof(run));
	memcpy(frame.rows, &rows, sizeof(rows));
	tell(&frame, sizeof(frame));
}
