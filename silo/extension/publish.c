/*
 * pgml.publish_run: the end of a run in the background, written by a session of the silo. pgml.cancel: another end.
 */
#include "prelude.h"

#include "catalog.h"
#include "silo.h"
#include "train.h"
#include "utils/resowner.h"

PG_FUNCTION_INFO_V1(graincast_publish_run);
PG_FUNCTION_INFO_V1(graincast_cancel);

static char *
kept_text(MemoryContext context, int column)
{
	char	   *text = catalog_text(column);

	return text ? MemoryContextStrdup(context, text) : NULL;
}

/* What was asked for. False when the run is over, or its transaction is not; else its row is locked. */
static bool
lock_run(int64 run, TrainRequest *request, TrainResult *result)
{
	static CatalogStatement statement = {
		"UPDATE pgml.runs SET status = 'in_progress' WHERE id = $1 AND status = 'in_progress' RETURNING seed, started_at, snapshot_id, project, owner,"
		" request ->> 'task', request ->> 'algorithm', request ->> 'search', request ->> 'search_params', request ->> 'search_args',"
		" request ->> 'automatic_deploy', request ->> 'project_exists'", 1, {INT8OID}
	};
	MemoryContext context = CurrentMemoryContext;
	Datum		values[] = {Int64GetDatum(run)};
	CatalogAccess access;
	bool		found;
	bool		isnull;

	catalog_enter(&access);
	catalog_lock_projects();
	found = catalog_run(&statement, values, NULL, false) > 0;
	if (found)
	{
		result->run = run;
		result->seed = catalog_int64(1);
		result->started = DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
		request->snapshot_id = catalog_int64(3);
		request->project = kept_text(context, 4);
		request->owner_name = kept_text(context, 5);
		request->task = kept_text(context, 6);
		request->algorithm = kept_text(context, 7);
		request->search = kept_text(context, 8);
		request->search_params = kept_text(context, 9);
		request->search_args = kept_text(context, 10);
		request->automatic_deploy = strcmp(catalog_text(11), "true") == 0;
		request->exists = strcmp(catalog_text(12), "true") == 0;
	}
	catalog_leave(&access);
	return found;
}

static void
write_failure(int64 run, int64 snapshot_id, int sqlstate, const char *message, const char *hint)
{
	static CatalogStatement end = {
		"UPDATE pgml.runs SET status = $2, error_sqlstate = $3, error_message = $4, error_hint = $5, finished_at = $6, snapshot_id = NULL WHERE id = $1",
		6, {INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID}
	};
	static CatalogStatement forget = {"DELETE FROM pgml.snapshots WHERE id = $1", 1, {INT8OID}};
	Datum		values[] = {
		Int64GetDatum(run), CStringGetTextDatum(sqlstate == ERRCODE_QUERY_CANCELED ? "cancelled" : "failed"), CStringGetTextDatum(unpack_sql_state(sqlstate)),
		CStringGetTextDatum(message), hint ? CStringGetTextDatum(hint) : 0, TimestampTzGetDatum(GetCurrentTimestamp())
	};
	Datum		snapshot[] = {Int64GetDatum(snapshot_id)};
	CatalogAccess access;

	catalog_enter(&access);
	(void) catalog_run(&end, values, hint ? NULL : "    n ", false);
	(void) catalog_run(&forget, snapshot, NULL, false);
	catalog_leave(&access);
}

/* With the rights that the run's owner has now. */
static void
write_model(TrainRequest *request, const TrainResult *result)
{
	int64		model_id;
	Oid			user;
	int			security;

	request->owner = get_role_oid(request->owner_name, true);
	if (!OidIsValid(request->owner))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role \"%s\", whose training this was, does not exist any more", request->owner_name),
				 errhint("Train again as a role that is to own the project.")));
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(request->owner, security | SECURITY_LOCAL_USERID_CHANGE);
	(void) train_write(request, NULL, result, &model_id);
	SetUserIdAndSecContext(user, security);
}

/* Of the server, the silo or other transactions: the silo tries again. */
static bool
is_passing(int sqlstate)
{
	int			class = ERRCODE_TO_CATEGORY(sqlstate);

	return class == MAKE_SQLSTATE('0', '8', '0', '0', '0') || class == MAKE_SQLSTATE('5', '3', '0', '0', '0')
		|| class == MAKE_SQLSTATE('5', '7', '0', '0', '0') || sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/* All of the model or nothing; what stands in the way is written down instead. */
static void
write_end(TrainRequest *request, const TrainResult *result)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner resources = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		write_model(request, result);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = resources;
	if (error == NULL)
		return;
	if (is_passing(error->sqlerrcode))
		ReThrowError(error);
	write_failure(result->run, request->snapshot_id, error->sqlerrcode, error->message, error->hint);
}

static StringInfoData
frame_for(WireKind kind, int64 run)
{
	StringInfoData frame;

	initStringInfo(&frame);
	wire_begin(&frame, kind, silo_next_stream());
	wire_put_u64(&frame, run);
	return frame;
}

/* True when the run's end has been written. False: it had been before, or has not come yet. */
Datum
graincast_publish_run(PG_FUNCTION_ARGS)
{
	int64		run = PG_GETARG_INT64(0);
	TrainRequest request = {0};
	TrainResult result = {0};
	StringInfoData frame;
	WireReader	reply;
	SiloFailure failure;

	if (!has_privs_of_role(GetUserId(), catalog_silo_role()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for function pgml.publish_run"),
				 errhint("Silos call it. pgml.runs tells how far a run is.")));
	catalog_begin_write("pgml.publish_run()");
	if (!lock_run(run, &request, &result))
		PG_RETURN_BOOL(false);
	frame = frame_for(WIRE_COLLECT_RUN, run);
	wire_end(&frame);
	if (silo_try_call(&frame, WIRE_FITTED, graincast_timeout_ms, true, &reply, &failure))
	{
		train_read_fitted(&reply, &result);
		write_end(&request, &result);
		PG_RETURN_BOOL(true);
	}
	if (!failure.answered)
		silo_raise(&failure);
	if (failure.sqlstate == ERRCODE_OBJECT_IN_USE)
		PG_RETURN_BOOL(false);
	write_failure(run, request.snapshot_id, failure.sqlstate, failure.message, failure.hint);
	PG_RETURN_BOOL(true);
}

Datum
graincast_cancel(PG_FUNCTION_ARGS)
{
	int64		run = PG_GETARG_INT64(0);
	StringInfoData frame = frame_for(WIRE_END_RUN, run);
	WireReader	reply;
	bool		ended;

	wire_put_server_text(&frame, GetUserNameFromId(GetUserId(), false));
	wire_end(&frame);
	reply = silo_call(&frame, WIRE_RUN_ENDED, graincast_timeout_ms, true);
	ended = wire_get_u8(&reply) != 0;
	silo_replied(&reply);
	if (!ended)
		ereport(WARNING,
				(errmsg("no training run " INT64_FORMAT " is under way", run),
				 errhint("The view pgml.stat_progress_train lists those that are; pgml.runs says how others ended.")));
	PG_RETURN_BOOL(ended);
}
