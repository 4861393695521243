/*
 * Which model answers, per backend and exactly as a lookup in the catalog by the active snapshot would say.
 */
#ifndef GRAINCAST_MODELCACHE_H
#define GRAINCAST_MODELCACHE_H

#include "catalog.h"

/*
 * Two snapshots with equal identities see the same rows. The flushes are for ROLLBACK TO SAVEPOINT: what it takes away need not change a number of the
 * snapshot, but is told to the cache.
 */
typedef struct SnapshotIdentity
{
	TransactionId xmin;
	TransactionId xmax;
	uint32		xcnt;
	int32		subxcnt;
	CommandId	curcid;
	LocalTransactionId transaction;
	uint64		flushes;
} SnapshotIdentity;

extern uint64 modelcache_flushes;	/* counts changes of the catalog that this backend has heard of */

extern void modelcache_init(void);
extern SnapshotIdentity modelcache_snapshot(void);
extern bool modelcache_find_project(const char *name, CatalogModel *out);
extern bool modelcache_find_model(int64 model_id, CatalogModel *out);
extern void modelcache_push_latest_snapshot(void);

static inline bool
modelcache_same_snapshot(const SnapshotIdentity *identity)
{
	Snapshot	active = ActiveSnapshotSet() ? GetActiveSnapshot() : NULL;

	return active != NULL && active->xmax == identity->xmax && active->xmin == identity->xmin && active->xcnt == identity->xcnt
		&& active->subxcnt == identity->subxcnt && active->curcid == identity->curcid && gc_local_transaction() == identity->transaction
		&& modelcache_flushes == identity->flushes;
}

#endif
