/*
 * pgml.feed: rows from this backend to the silo beside it, and the ends of such streams.
 */
#ifndef GRAINCAST_FEED_H
#define GRAINCAST_FEED_H

#include "prelude.h"

/* What the fields of a run's rows are called: for messages, and only known to the backend that trains. */
extern void feed_name_columns(int64 run, const char *const *names, int count);
extern void feed_init(void);
extern void feed_at_abort(SubTransactionId subtransaction);
extern void feed_at_subcommit(SubTransactionId subtransaction, SubTransactionId parent);

#endif
