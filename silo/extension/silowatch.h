/*
 * An eye on the silo while this backend waits for something else than its answer: for rows to feed, or for those that other nodes feed.
 */
#ifndef GRAINCAST_SILOWATCH_H
#define GRAINCAST_SILOWATCH_H

#include "prelude.h"

/* From begin to end, which may be nested, the statement is cancelled when the silo is lost or says that the run is. */
extern void silo_watch_begin(uint64 run);
extern void silo_watch_end(void);

/* Raises the reason if the watch has found one. In a PG_CATCH, which may end its watch: in place of what was caught. */
extern void silo_watch_check(void);
extern void silo_watch_caught(MemoryContext context, bool ends);

#endif
