/*
 * pgml.train_async: a training whose fit begins with the COMMIT of the transaction that fed it. What was asked for stands in pgml.runs, written in that
 * transaction too, until the silo has the model published (publish.c).
 */
#include "prelude.h"

#include "background.h"
#include "catalog.h"
#include "lib/ilist.h"
#include "silo.h"
#include "train.h"
#include "utils/json.h"

PG_FUNCTION_INFO_V1(graincast_train_async);

typedef struct BackgroundRun
{
	dlist_node	node;
	int64		run;
	uint64		rows;
	uint32		epoch;
	SubTransactionId subtransaction;
} BackgroundRun;

/* Those of the open transaction. */
static dlist_head runs = DLIST_STATIC_INIT(runs);

static void
put_member(StringInfo json, const char *name, const char *text)
{
	appendStringInfo(json, "%s\"%s\": ", json->len > 1 ? ", " : "", name);
	if (text != NULL)
		escape_json(json, text);
	else
		appendStringInfoString(json, "null");
}

/* What the publication needs and neither the snapshot nor the silo has. */
static char *
describe_request(const TrainRequest *request)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	put_member(&json, "task", request->task);
	put_member(&json, "algorithm", request->algorithm);
	put_member(&json, "search", request->search);
	appendStringInfo(&json, ", \"search_params\": %s, \"search_args\": %s, \"automatic_deploy\": %s, \"project_exists\": %s}",
					 request->search_params, request->search_args, request->automatic_deploy ? "true" : "false", request->exists ? "true" : "false");
	return json.data;
}

static void
add_row(const TrainRequest *request, const TrainRelation *relation, const TrainResult *result)
{
	static CatalogStatement statement = {
		"INSERT INTO pgml.runs (id, project, owner, status, node, seed, snapshot_id, request, started_at)"
		" VALUES ($1, $2, $3::pg_catalog.name, 'in_progress', $4, $5, $6, $7::pg_catalog.jsonb, $8)",
		8, {INT8OID, TEXTOID, TEXTOID, TEXTOID, INT8OID, INT8OID, TEXTOID, TIMESTAMPTZOID}
	};
	CatalogAccess access;
	Datum		values[] = {
		Int64GetDatum(result->run), CStringGetTextDatum(request->project), CStringGetTextDatum(request->owner_name), CStringGetTextDatum(silo.node),
		Int64GetDatum(result->seed), 0, CStringGetTextDatum(describe_request(request)), TimestampTzGetDatum(result->started)
	};

	catalog_enter(&access);
	catalog_lock_projects();
	values[5] = Int64GetDatum(train_add_snapshot(request, relation));
	(void) catalog_run(&statement, values, NULL, false);
	catalog_leave(&access);
}

static void
await_commit(const TrainResult *result, uint64 rows)
{
	BackgroundRun *run = MemoryContextAlloc(TopTransactionContext, sizeof(BackgroundRun));

	run->run = result->run;
	run->rows = rows;
	run->epoch = result->epoch;
	run->subtransaction = GetCurrentSubTransactionId();
	dlist_push_tail(&runs, &run->node);
}

Datum
graincast_train_async(PG_FUNCTION_ARGS)
{
	TrainRequest request = {0};
	TrainRelation relation = {0};
	TrainResult result = {0};

	catalog_begin_write("pgml.train_async()");
	train_prepare(fcinfo, &request, &relation, false);
	if (request.for_client)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a client's training cannot run in the background"),
				 errhint("Call pgml.train.")));
	/* From here on an abort of the (sub)transaction ends the run. */
	await_commit(&result, train_feed(&request, &relation, &result));
	add_row(&request, &relation, &result);
	PG_RETURN_INT64(result.run);
}

/* The last moment to say that the rows are gone. */
void
background_before_commit(void)
{
	dlist_iter	at;

	dlist_foreach(at, &runs)
	{
		silo_connect();
		train_check_connection(dlist_container(BackgroundRun, node, at.cur)->epoch);
	}
}

void
background_before_prepare(void)
{
	if (!dlist_is_empty(&runs))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot PREPARE a transaction that has executed pgml.train_async"),
				 errhint("Whoever commits it would be another session: COMMIT it, or use pgml.train.")));
}

/* A frame that does not arrive closes the connection: the silo forgets the run, and finds its row when it looks for those it does not know. */
void
background_at_commit(void)
{
	dlist_iter	at;

	dlist_foreach(at, &runs)
	{
		BackgroundRun *run = dlist_container(BackgroundRun, node, at.cur);

		silo_start_run(run->run, run->rows);
	}
	dlist_init(&runs);
}

void
background_at_abort(SubTransactionId subtransaction)
{
	dlist_mutable_iter at;

	dlist_foreach_modify(at, &runs)
	{
		BackgroundRun *run = dlist_container(BackgroundRun, node, at.cur);

		if (subtransaction != InvalidSubTransactionId && run->subtransaction != subtransaction)
			continue;
		if (run->epoch == silo_epoch())
			silo_cancel_run(run->run);
		dlist_delete(&run->node);
	}
}

void
background_at_subcommit(SubTransactionId subtransaction, SubTransactionId parent)
{
	dlist_iter	at;

	dlist_foreach(at, &runs)
	{
		BackgroundRun *run = dlist_container(BackgroundRun, node, at.cur);

		if (run->subtransaction == subtransaction)
			run->subtransaction = parent;
	}
}
