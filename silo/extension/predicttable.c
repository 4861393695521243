/*
 * pgml.predict_table: every row of a relation, scored in batches.
 *
 * The rows are those of a SELECT of the caller's own, by the caller's snapshot. The executor hands each one over as it comes; answers go to a tuplestore, which
 * spills to disk beyond work_mem. So memory does not grow with the relation. A query in FROM collects a function's rows in any case: one that gave them one by
 * one would only keep a plan open between calls.
 */
#include "prelude.h"

#include "predict.h"
#include "utils/datum.h"

#define BATCH_BYTES (4 << 20)	/* of inputs, and of keys, that wait for the kernel */

PG_FUNCTION_INFO_V1(graincast_predict_table_project);
PG_FUNCTION_INFO_V1(graincast_predict_table_model);

typedef struct TableReceiver
{
	DestReceiver receiver;		/* the executor's view of it: first */
	Image	   *image;
	InputSchema schema;
	RowMap	   *map;
	ReturnSetInfo *result;
	MemoryContext row_context;
	MemoryContext key_context;
	/* Rows that wait. */
	int			rows;
	int			rows_max;
	float	   *inputs;
	Datum	   *keys;
	bool	   *key_nulls;
	float	   *answers;
	void	   *work;
} TableReceiver;

static void
score_batch(TableReceiver *table)
{
	image_count_rows(table->image, table->rows);
	predict_answers(table->image, table->inputs, table->rows, table->answers, table->work);
	for (int i = 0; i < table->rows; i++)
	{
		Datum		values[] = {table->keys[i], Float4GetDatum(table->answers[i])};
		bool		nulls[] = {table->key_nulls[i], false};

		tuplestore_putvalues(table->result->setResult, table->result->setDesc, values, nulls);
	}
	table->rows = 0;
	MemoryContextReset(table->key_context);
}

static void
start(DestReceiver *self, int operation, TupleDesc row)
{
	TableReceiver *table = (TableReceiver *) self;

	table->map = rowmap_create(&table->schema, row);
}

/* The model's columns, then the key. */
static bool
receive(TupleTableSlot *slot, DestReceiver *self)
{
	TableReceiver *table = (TableReceiver *) self;
	MemoryContext caller = MemoryContextSwitchTo(table->row_context);
	int			key = slot->tts_tupleDescriptor->natts - 1;

	slot_getallattrs(slot);
	table->schema.inputs = table->inputs + (size_t) table->rows * table->schema.model->inputs;
	rowmap_read(table->map, &table->schema, slot->tts_values, slot->tts_isnull);
	MemoryContextSwitchTo(table->key_context);
	table->key_nulls[table->rows] = slot->tts_isnull[key];
	table->keys[table->rows] = slot->tts_isnull[key] ? (Datum) 0 : datumCopy(slot->tts_values[key], false, -1);
	MemoryContextReset(table->row_context);
	table->rows++;
	if (table->rows == table->rows_max || MemoryContextMemAllocated(table->key_context, false) > BATCH_BYTES)
		score_batch(table);
	MemoryContextSwitchTo(caller);
	return true;
}

static void
finish(DestReceiver *self)
{
	score_batch((TableReceiver *) self);
}

static void
destroy(DestReceiver *self)
{
}

static TableReceiver *
create_receiver(Image *image, ReturnSetInfo *result)
{
	TableReceiver *table = palloc0(sizeof(TableReceiver));
	const gc_model *model = &image->model;

	table->receiver.mydest = DestTuplestore;	/* as SPI it would be held to count rows, as none to be no SELECT */
	table->receiver.rStartup = start;
	table->receiver.receiveSlot = receive;
	table->receiver.rShutdown = finish;
	table->receiver.rDestroy = destroy;
	table->image = image;
	table->result = result;
	table->row_context = AllocSetContextCreate(CurrentMemoryContext, "graincast row", ALLOCSET_DEFAULT_SIZES);
	table->key_context = AllocSetContextCreate(CurrentMemoryContext, "graincast keys", ALLOCSET_DEFAULT_SIZES);
	inputs_prepare(&table->schema, model);
	table->rows_max = Max(1, Min(PREDICT_BATCH_ROWS, BATCH_BYTES / (int) (sizeof(float) * model->inputs)));
	table->inputs = palloc(sizeof(float) * model->inputs * table->rows_max);
	table->keys = palloc(sizeof(Datum) * table->rows_max);
	table->key_nulls = palloc(sizeof(bool) * table->rows_max);
	table->answers = palloc(sizeof(float) * table->rows_max);
	table->work = palloc(Max(gc_work_bytes(model), 8));
	return table;
}

static void
check_column(Oid relation, const char *column, const char *hint)
{
	if (get_attnum(relation, column) == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist", column, get_rel_name(relation)),
				 errhint("%s", hint)));
}

static char *
write_query(Oid relation, const InputSchema *schema, const char *key)
{
	char	   *name = get_rel_name(relation);
	char	   *hint = psprintf("The model's columns are: %s. A view may have them under their names.", inputs_list_columns(schema));
	StringInfoData sql;

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relation),
				 errhint("Name a table or a view.")));
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	for (uint32 c = 0; c < schema->model->columns; c++)
	{
		char	   *column = inputs_column_name(&schema->columns[c]);

		check_column(relation, column, hint);
		appendStringInfo(&sql, "%s, ", quote_identifier(column));
	}
	check_column(relation, key, "key names the column by which rows are told apart, such as the primary key.");
	appendStringInfo(&sql, "%s::pg_catalog.text FROM %s", quote_identifier(key), quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), name));
	return sql.data;
}

static void
check_arguments(FunctionCallInfo fcinfo)
{
	static const char *const names[] = {"project_name or model_id", "relation", "key"};

	for (int i = 0; i < lengthof(names); i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s of pgml.predict_table must not be NULL", names[i]),
					 errhint("Call pgml.predict_table('a_project', 'a_table', 'id').")));
	}
}

static Datum
predict_table(FunctionCallInfo fcinfo, bool by_id)
{
	ModelName	name = {0};
	SPIExecuteOptions options = {.read_only = true, .must_return_tuples = true};
	TableReceiver *table;
	char	   *sql;
	int			code;

	check_arguments(fcinfo);
	if (by_id)
		name.model_id = PG_GETARG_INT64(0);
	else
		name.project = text_to_cstring(PG_GETARG_TEXT_PP(0));
	InitMaterializedSRF(fcinfo, 0);
	table = create_receiver(resolve_image(&name), (ReturnSetInfo *) fcinfo->resultinfo);
	predict_check_model(&table->image->model);
	sql = write_query(PG_GETARG_OID(1), &table->schema, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	options.dest = &table->receiver;
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	code = SPI_execute_extended(sql, &options);
	if (code != SPI_OK_SELECT)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(code));
	SPI_finish();
	return (Datum) 0;
}

Datum
graincast_predict_table_project(PG_FUNCTION_ARGS)
{
	return predict_table(fcinfo, false);
}

Datum
graincast_predict_table_model(PG_FUNCTION_ARGS)
{
	return predict_table(fcinfo, true);
}
