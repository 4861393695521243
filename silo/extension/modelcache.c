/*
 * The cache name → model. A hit must answer what the catalog would answer by the active snapshot, so
 * - every change of the catalog invalidates pgml.projects (the trigger below), and any such message flushes everything;
 * - a row is kept only if the latest snapshot gives it too and no message came meanwhile, else an old snapshot could fill in an old row after the message
 *   about it was consumed;
 * - a row is used only by snapshots that are not older than the one it was kept by, else a cursor could see what was committed after it was opened.
 * Transactions with one snapshot (REPEATABLE READ and up) do without the cache.
 */
#include "prelude.h"

#include "modelcache.h"
#include "commands/trigger.h"

#define KEY_BYTES 200
#define RUNNING_MAX 64
#define ENTRIES_MAX 1024

typedef struct CacheEntry
{
	char		key[KEY_BYTES];
	CatalogModel model;
	/* The snapshot it was kept by. */
	TransactionId xmax;
	CommandId	curcid;
	LocalTransactionId transaction;
	uint32		running_count;
	TransactionId running[RUNNING_MAX];
} CacheEntry;

PG_FUNCTION_INFO_V1(graincast_catalog_changed);

uint64		modelcache_flushes;

static HTAB *entries;
static MemoryContext entries_context;

static void
flush(Datum argument, Oid relation)
{
	if (!catalog_is_watched(relation))
		return;
	modelcache_flushes++;
	if (entries_context != NULL)
		MemoryContextReset(entries_context);
	entries = NULL;
}

void
modelcache_init(void)
{
	CacheRegisterRelcacheCallback(flush, (Datum) 0);
}

/* On Citus the trigger fires on a shard of the table; backends watch the table itself, which every node has. */
Datum
graincast_catalog_changed(PG_FUNCTION_ARGS)
{
	Oid			projects;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("pgml.catalog_changed is a trigger function"),
				 errhint("It stands in CREATE TRIGGER only.")));
	CacheInvalidateRelcache(((TriggerData *) fcinfo->context)->tg_relation);
	projects = catalog_projects_relation();
	if (OidIsValid(projects))
		CacheInvalidateRelcacheByRelid(projects);
	PG_RETURN_POINTER(NULL);
}

SnapshotIdentity
modelcache_snapshot(void)
{
	SnapshotIdentity identity = {0};

	if (ActiveSnapshotSet())
	{
		Snapshot	active = GetActiveSnapshot();

		identity.xmin = active->xmin;
		identity.xmax = active->xmax;
		identity.xcnt = active->xcnt;
		identity.subxcnt = active->subxcnt;
		identity.curcid = active->curcid;
		identity.transaction = gc_local_transaction();
		identity.flushes = modelcache_flushes;
	}
	return identity;
}

/* What a new statement would see, also in a parallel worker, where GetLatestSnapshot is refused. */
void
modelcache_push_latest_snapshot(void)
{
	InvalidateCatalogSnapshot();
	PushActiveSnapshot(GetCatalogSnapshot(InvalidOid));
}

/* Whatever had ended for the entry's snapshot has ended for this one too. */
static bool
is_not_older(Snapshot snapshot, const CacheEntry *entry)
{
	if (entry->transaction == gc_local_transaction() && snapshot->curcid < entry->curcid)
		return false;
	if (TransactionIdFollowsOrEquals(snapshot->xmin, entry->xmax))
		return true;
	if (snapshot->takenDuringRecovery || TransactionIdPrecedes(snapshot->xmax, entry->xmax))
		return false;
	for (uint32 i = 0; i < snapshot->xcnt; i++)
	{
		TransactionId xid = snapshot->xip[i];
		uint32		at = 0;

		if (TransactionIdFollowsOrEquals(xid, entry->xmax))
			continue;
		while (at < entry->running_count && entry->running[at] != xid)
			at++;
		if (at == entry->running_count)
			return false;
	}
	return true;
}

static void
keep(const char *key, const CatalogModel *model, const CacheEntry *as_of)
{
	CacheEntry *entry;

	if (entries != NULL && hash_get_num_entries(entries) >= ENTRIES_MAX)
	{
		MemoryContextReset(entries_context);
		entries = NULL;
	}
	if (entries_context == NULL)
		entries_context = AllocSetContextCreate(TopMemoryContext, "graincast models by name", ALLOCSET_DEFAULT_SIZES);
	if (entries == NULL)
	{
		HASHCTL		control = {.keysize = KEY_BYTES, .entrysize = sizeof(CacheEntry), .hcxt = entries_context};

		entries = hash_create("graincast models by name", 32, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	}
	entry = hash_search(entries, key, HASH_ENTER, NULL);
	memcpy((char *) entry + KEY_BYTES, (const char *) as_of + KEY_BYTES, sizeof(CacheEntry) - KEY_BYTES);
	entry->model = *model;
}

static bool
look_up(const char *name, int64 model_id, CatalogModel *out)
{
	return name ? catalog_find_project(name, out) : catalog_find_model(model_id, out);
}

/* One sees what the other sees. */
static bool
is_same(Snapshot one, Snapshot other)
{
	return one->xmin == other->xmin && one->xmax == other->xmax && one->curcid == other->curcid && one->takenDuringRecovery == other->takenDuringRecovery
		/* A copy of an overflowed one does not have the list. */
		&& !one->suboverflowed && !other->suboverflowed && one->xcnt == other->xcnt && one->subxcnt == other->subxcnt
		&& memcmp(one->xip, other->xip, one->xcnt * sizeof(TransactionId)) == 0
		&& memcmp(one->subxip, other->subxip, one->subxcnt * sizeof(TransactionId)) == 0;
}

/* Keeps the row if the latest snapshot gives the same answer; where that is the snapshot which gave it, nothing is asked again. */
static void
try_keep(const char *key, const char *name, int64 model_id, const CatalogModel *seen, uint64 flushes_before)
{
	CatalogModel latest;
	CacheEntry	as_of = {0};
	Snapshot	active = GetActiveSnapshot();
	Snapshot	snapshot;
	bool		same;

	modelcache_push_latest_snapshot();
	snapshot = GetActiveSnapshot();
	as_of.xmax = snapshot->xmax;
	as_of.curcid = snapshot->curcid;
	as_of.transaction = gc_local_transaction();
	as_of.running_count = snapshot->xcnt;
	if (snapshot->xcnt <= RUNNING_MAX)
		memcpy(as_of.running, snapshot->xip, snapshot->xcnt * sizeof(TransactionId));
	same = is_same(snapshot, active) || (look_up(name, model_id, &latest) && memcmp(&latest, seen, sizeof(latest)) == 0);
	PopActiveSnapshot();
	if (same && as_of.running_count <= RUNNING_MAX && modelcache_flushes == flushes_before)
		keep(key, seen, &as_of);
}

static bool
find(const char *key, const char *name, int64 model_id, CatalogModel *out)
{
	bool		cacheable = key != NULL && !IsolationUsesXactSnapshot() && ActiveSnapshotSet();
	bool		pushed = !ActiveSnapshotSet();
	uint64		flushes_before;
	bool		found;

	/* Within a transaction block a statement that takes no new lock would never hear of other sessions' commits. */
	AcceptInvalidationMessages();
	if (cacheable && entries != NULL)
	{
		CacheEntry *entry = hash_search(entries, key, HASH_FIND, NULL);

		if (entry != NULL && is_not_older(GetActiveSnapshot(), entry))
		{
			*out = entry->model;
			return true;
		}
	}
	flushes_before = modelcache_flushes;
	if (pushed)
		PushActiveSnapshot(GetTransactionSnapshot());
	found = look_up(name, model_id, out);
	if (pushed)
		PopActiveSnapshot();
	if (found && cacheable && !IsInParallelMode())
		try_keep(key, name, model_id, out, flushes_before);
	return found;
}

bool
modelcache_find_project(const char *name, CatalogModel *out)
{
	char		key[KEY_BYTES];

	/* Names that long are looked up each time. */
	if (snprintf(key, sizeof(key), "p%s", name) >= CATALOG_NAME_BYTES)
		return find(NULL, name, 0, out);
	return find(key, name, 0, out);
}

bool
modelcache_find_model(int64 model_id, CatalogModel *out)
{
	char		key[KEY_BYTES];

	snprintf(key, sizeof(key), "m" INT64_FORMAT, model_id);
	return find(key, NULL, model_id, out);
}
