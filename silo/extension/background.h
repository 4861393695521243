/*
 * Runs in the background: fed within a transaction, fitted after its COMMIT.
 */
#ifndef GRAINCAST_BACKGROUND_H
#define GRAINCAST_BACKGROUND_H

#include "prelude.h"

extern void background_before_commit(void);
extern void background_before_prepare(void);
extern void background_at_commit(void);
/* InvalidSubTransactionId = all. */
extern void background_at_abort(SubTransactionId subtransaction);
extern void background_at_subcommit(SubTransactionId subtransaction, SubTransactionId parent);

#endif
