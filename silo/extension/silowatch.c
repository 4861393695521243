/*
 * The watch over a run: see silowatch.h. Each half second a timeout's handler looks at the socket, also while the backend sleeps, waits for a lock, or for
 * other nodes. In a signal handler: system calls and flags, nothing else.
 *
 * A silo that was killed has closed the socket. One that is frozen does not read what was sent: a Check, which it has nothing to answer to while all is well.
 */
#include "prelude.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "silo.h"
#include "silowatch.h"
#include "utils/timeout.h"

#define LOOK_MS 500

typedef enum SiloTrouble
{
	SILO_WELL,
	SILO_SPEAKS,				/* or has closed */
	SILO_FROZEN
} SiloTrouble;

static struct
{
	WireHeader	header;
	uint32		run[2];
}			check = {.header = {.payload_bytes = sizeof(uint64), .kind = WIRE_CHECK}};

static TimeoutId timer;
static int	watches;
static TimestampTz last_read;	/* when the silo was last seen to have read all that was sent */
static volatile sig_atomic_t trouble;

static SiloTrouble
look(void)
{
	int			unread = 0;
	char		byte;
	ssize_t		peeked = recv(silo.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	if (peeked >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		return SILO_SPEAKS;
	if (ioctl(silo.fd, SIOCOUTQ, &unread) == 0 && unread == 0)
	{
		last_read = GetCurrentTimestamp();
		return send(silo.fd, &check, sizeof(check), MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof(check) ? SILO_WELL : SILO_SPEAKS;
	}
	/* Three looks early: the next one would be late, and what the statement has under way at other nodes must be ended too. */
	return TimestampDifferenceExceeds(last_read, GetCurrentTimestamp(), Max(graincast_timeout_ms - 3 * LOOK_MS, LOOK_MS)) ? SILO_FROZEN : SILO_WELL;
}

/* While a frame or an answer is under way, the code that is at it keeps a deadline of its own. */
static void
handle_timeout(void)
{
	int			error = errno;

	if (watches == 0 || trouble != SILO_WELL || silo.fd < 0)
		return;
	if (silo.dirty)
		last_read = GetCurrentTimestamp();
	else if ((trouble = look()) != SILO_WELL)
		InterruptPending = QueryCancelPending = true;
	errno = error;
}

void
silo_watch_begin(uint64 run)
{
	static bool registered;

	if (watches++ > 0)
		return;
	if (!registered)
		timer = RegisterTimeout(USER_TIMEOUT, handle_timeout);
	registered = true;
	memcpy(check.run, &run, sizeof(run));
	trouble = SILO_WELL;
	last_read = GetCurrentTimestamp();
	enable_timeout_every(timer, TimestampTzPlusMilliseconds(last_read, LOOK_MS), LOOK_MS);
}

void
silo_watch_end(void)
{
	if (--watches > 0)
		return;
	disable_timeout(timer, false);
	/* A cancel of ours that nobody has heeded must not hit what comes next. */
	if (trouble != SILO_WELL)
		QueryCancelPending = false;
	trouble = SILO_WELL;
}

static void
raise_trouble(SiloTrouble found)
{
	SiloFailure failure = {0};

	trouble = SILO_WELL;
	QueryCancelPending = false;
	if (found == SILO_FROZEN)
		silo_timed_out(&failure, "take what was sent to it", graincast_timeout_ms);
	else
	{
		silo_lost(&failure, 0);
		silo_hear_last_words(&failure);
	}
	silo_close();
	silo_raise(&failure);
}

void
silo_watch_check(void)
{
	if (trouble != SILO_WELL)
		raise_trouble(trouble);
}

void
silo_watch_caught(MemoryContext context, bool ends)
{
	SiloTrouble found = trouble;

	if (ends)
		silo_watch_end();
	if (found == SILO_WELL)
		return;
	MemoryContextSwitchTo(context);
	FlushErrorState();
	raise_trouble(found);
}
