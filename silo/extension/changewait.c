/* pgml.wait_for_change: how a silo hears of commits that change which model answers. */
#include "prelude.h"

#include "modelcache.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(graincast_wait_for_change);

/*
 * A backend that is idle is not woken by invalidation messages, so it looks for them. NOTIFY would wake it, but no transaction that has sent one can be
 * prepared, and Citus prepares those that write the catalog.
 */
#define LOOK_EACH_MS 20

/* From anywhere: a count that a silo remembers must not be taken for one of a backend that came after. Never negative. */
static int64
count_changes(void)
{
	static uint64 start;
	static int	owner_pid;		/* the library may have been loaded before the fork */

	if (owner_pid != MyProcPid)
	{
		if (!pg_strong_random(&start, sizeof(start)))
			elog(ERROR, "could not generate random numbers");
		start >>= 2;
		owner_pid = MyProcPid;
	}
	return (int64) (start + modelcache_flushes);
}

/* Returns once the count of changes is not "since" any more, or after timeout_ms; the count now. */
Datum
graincast_wait_for_change(PG_FUNCTION_ARGS)
{
	int64		since = PG_GETARG_INT64(0);
	TimestampTz deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), Max(PG_GETARG_INT32(1), 0));

	(void) catalog_projects_relation();
	for (;;)
	{
		long		left_ms;

		AcceptInvalidationMessages();
		left_ms = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), deadline);
		if (count_changes() != since || left_ms <= 0)
			break;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, Min(left_ms, LOOK_EACH_MS), PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_INT64(count_changes());
}
