/*
 * pgml.train: rows are read by Postgres as the caller and fed to the silos; what comes back is written in the caller's own transaction.
 */
#include "prelude.h"

#include <ctype.h>

#include "train.h"
#include "catalog.h"
#include "feed.h"
#include "pin.h"
#include "silo.h"
#include "silowatch.h"
#include "tcop/dest.h"

#define FIT_EARLY_MS 500			/* its last sign of life may have come just before it froze: an error is to reach the caller within the timeout */
#define SILENCE_MS_MIN 6000		/* the silo says each 2 s that it lives */
#define SHARD_DIGITS_MIN 6		/* the first shard is 102008 */

PG_FUNCTION_INFO_V1(graincast_train);
PG_FUNCTION_INFO_V1(graincast_train_joint);

static void
begin_run(const TrainRequest *request, const TrainRelation *relation, TrainResult *result)
{
	StringInfoData frame;
	WireReader	reply;

	initStringInfo(&frame);
	wire_begin(&frame, WIRE_BEGIN_RUN, silo_next_stream());
	wire_put_u64(&frame, result->run);
	wire_put_server_text(&frame, request->caller_name);
	wire_put_server_text(&frame, request->project);
	wire_put_server_text(&frame, request->task);
	wire_put_server_text(&frame, request->algorithm);
	wire_put_server_text(&frame, request->hyperparams);
	wire_put_server_text(&frame, request->search ? request->search : "");
	wire_put_server_text(&frame, request->search_params);
	wire_put_server_text(&frame, request->search_args);
	wire_put_server_text(&frame, request->preprocess);
	wire_put_server_text(&frame, request->sampling);
	wire_put_f32(&frame, request->test_size);
	wire_put_u16(&frame, (uint16) relation->count);
	for (int i = 0; i < relation->count; i++)
	{
		const TrainColumn *column = &relation->columns[i];

		wire_put_server_text(&frame, column->name);
		wire_put_u8(&frame, (uint8) column->wire.type);
		wire_put_u8(&frame, column->wire.array);
		wire_put_u8(&frame, column->label ? WIRE_LABEL : column->weight ? WIRE_WEIGHT : WIRE_FEATURE);
	}
	wire_end(&frame);
	/* The first thing this session says of the run: a stale connection may be replaced. */
	reply = silo_call(&frame, WIRE_RUN_BEGUN, graincast_timeout_ms, true);
	result->seed = (int64) wire_get_u64(&reply);
	silo_replied(&reply);
}

/* "rows_102008": a table's name and a shard's number. */
static bool
names_shard(const char *message)
{
	for (const char *at = strchr(message, '_'); at != NULL; at = strchr(at + 1, '_'))
	{
		size_t		digits = strspn(at + 1, "0123456789");

		if (digits >= SHARD_DIGITS_MIN && !isalnum((unsigned char) at[1 + digits]))
			return true;
	}
	return false;
}

/*
 * A shard that was moved or split is dropped at its old node as soon as nobody reads it. A statement that was planned before and comes to this shard after
 * finds no table there, at another node or its own: an error as for a name that was mistyped, which nobody would try again for.
 */
static void
rethrow_shard_moved(const TrainRelation *relation, MemoryContext context)
{
	ErrorData  *error;

	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	if (error->sqlerrcode != ERRCODE_UNDEFINED_TABLE || error->message == NULL || !names_shard(error->message))
		PG_RE_THROW();
	FlushErrorState();
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("a shard of %s was moved or split while its rows were being read", relation->qualified),
			 errdetail("%s", error->message),
			 errhint("Nothing was written. Train again.")));
}

static void
execute_feed(const TrainRelation *relation, int64 run)
{
	SPIExecuteOptions options = {.read_only = false, .dest = None_Receiver};
	MemoryContext context = CurrentMemoryContext;
	char	   *query = train_query(relation, run);
	bool		sharded = catalog_is_distributed();

	PG_TRY();
	{
		int			result = SPI_execute_extended(query, &options);

		if (result != SPI_OK_UTILITY && result != SPI_OK_SELECT)	/* the former is what SPI calls a SELECT whose rows are discarded */
			elog(ERROR, "could not read the rows to train on: %s", SPI_result_code_string(result));
	}
	PG_CATCH();
	{
		if (sharded)
			rethrow_shard_moved(relation, context);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/*
 * As the owner, who cannot change who that is meanwhile: a view's function that tries RESET ROLE or SET ROLE fails. In a session of the silo the owner's functions
 * leave nothing behind either, no setting and no deferred trigger: all that would come to act as the silo's role, which can read the keys of every token.
 */
static uint64
feed_rows(const TrainRequest *request, const TrainRelation *relation, int64 run)
{
	const char **names = palloc(sizeof(char *) * relation->count);
	Oid			user;
	int			security;
	int			guc_level = request->for_client ? NewGUCNestLevel() : 0;
	uint64		rows;

	for (int i = 0; i < relation->count; i++)
		names[i] = relation->columns[i].name;
	feed_name_columns(run, names, relation->count);
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(request->owner, security | SECURITY_LOCAL_USERID_CHANGE | (request->for_client ? SECURITY_RESTRICTED_OPERATION : 0));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	execute_feed(relation, run);
	rows = SPI_processed;
	SPI_finish();
	if (request->for_client)
		AtEOXact_GUC(false, guc_level);
	SetUserIdAndSecContext(user, security);
	feed_name_columns(0, NULL, 0);
	return rows;
}

void
train_read_fitted(WireReader *reply, TrainResult *result)
{
	wire_get_bytes(reply, result->sha256, sizeof(result->sha256));
	result->image_bytes = wire_get_u64(reply);
	result->features = wire_get_u32(reply);
	result->rows = wire_get_u64(reply);
	result->nodes = wire_get_u32(reply);
	result->hyperparams = wire_get_server_text(reply);
	result->metrics = wire_get_server_text(reply);
	silo_replied(reply);
}

/* As long as it takes: statement_timeout is the limit. Progress is told as NOTICEs; a silo that is silent for long is frozen. */
static void
fit(uint64 rows, TrainResult *result)
{
	StringInfoData frame;
	WireReader	reply;

	initStringInfo(&frame);
	wire_begin(&frame, WIRE_FIT, silo_next_stream());
	wire_put_u64(&frame, result->run);
	wire_put_u64(&frame, rows);
	wire_end(&frame);
	reply = silo_call(&frame, WIRE_FITTED, Max(graincast_timeout_ms - FIT_EARLY_MS, SILENCE_MS_MIN), false);
	train_read_fitted(&reply, result);
}

static void
choose_run(TrainResult *result)
{
	do
	{
		if (!pg_strong_random(&result->run, sizeof(result->run)))
			ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random run id")));
		result->run &= PG_INT64_MAX;
	} while (result->run == 0);
	result->started = GetCurrentTimestamp();
}

/* Begins the run and feeds it; after an error the silo forgets it. Returns the rows that were read. */
uint64
train_feed(const TrainRequest *request, const TrainRelation *relation, TrainResult *result)
{
	MemoryContext context = CurrentMemoryContext;
	volatile uint64 rows = 0;
	volatile bool watched = false;

	choose_run(result);
	PG_TRY();
	{
		begin_run(request, relation, result);
		result->epoch = silo_epoch();
		silo_watch_begin(result->run);
		watched = true;
		rows = feed_rows(request, relation, result->run);
		silo_watch_check();
		silo_watch_end();
		watched = false;
	}
	PG_CATCH();
	{
		silo_cancel_run(result->run);
		feed_name_columns(0, NULL, 0);
		if (watched)
			silo_watch_caught(context, true);	/* cancelled outside of any executor run, while Citus plans say */
		PG_RE_THROW();
	}
	PG_END_TRY();
	return rows;
}

/* What was fed is with the silo as long as the connection that began the run. */
void
train_check_connection(uint32 epoch)
{
	if (silo_epoch() != epoch)
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE),
				 errmsg("lost the connection to %s during the training", silo_label()),
				 errhint("Nothing was written. Train again when the silo is up: \"graincast status\".")));
}

static bool
run_training(const TrainRequest *request, const TrainRelation *relation)
{
	TrainResult result = {0};
	int64		model_id = 0;
	volatile bool deployed = false;
	uint64		rows = train_feed(request, relation, &result);

	PG_TRY();
	{
		fit(rows, &result);
		train_check_connection(result.epoch);
		deployed = train_write(request, relation, &result, &model_id);
	}
	PG_CATCH();
	{
		silo_cancel_run(result.run);
		PG_RE_THROW();
	}
	PG_END_TRY();
	if (deployed)
		pin_set(request->project, model_id, result.sha256);
	return deployed;
}

/* All that can be said of a training before it begins. */
void
train_prepare(FunctionCallInfo fcinfo, TrainRequest *request, TrainRelation *relation, bool joint)
{
	bool		exists;

	train_read_arguments(fcinfo, request, joint);
	exists = train_complete(request);
	train_check_arguments(request, exists);
	train_describe(request, relation);
	train_check_trusted(request, relation);
	if (request->for_client)
		train_check_readable(request, relation);
}

static Datum
train(FunctionCallInfo fcinfo, bool joint)
{
	TrainRequest request = {0};
	TrainRelation relation = {0};
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[4];
	bool		nulls[4] = {0};

	catalog_begin_write(joint ? "pgml.train_joint()" : "pgml.train()");
	InitMaterializedSRF(fcinfo, 0);
	train_prepare(fcinfo, &request, &relation, joint);

	values[3] = BoolGetDatum(run_training(&request, &relation));
	values[0] = CStringGetTextDatum(request.project);
	values[1] = CStringGetTextDatum(request.task);
	values[2] = CStringGetTextDatum(request.algorithm);
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	return (Datum) 0;
}

Datum
graincast_train(PG_FUNCTION_ARGS)
{
	return train(fcinfo, false);
}

/* The same with several labels; with one it is the same. */
Datum
graincast_train_joint(PG_FUNCTION_ARGS)
{
	return train(fcinfo, true);
}
