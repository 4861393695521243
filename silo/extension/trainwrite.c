/* The catalog's part of a training: what is known of the project before, and what is written after. */
#include "prelude.h"

#include "train.h"
#include "catalog.h"
#include "image.h"
#include "utils/json.h"

#define PART_BYTES (32 * 1024 * 1024)

static void
check_task(const TrainRequest *request, const char *task)
{
	if (request->task != NULL && strcmp(request->task, task) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("project \"%s\" is a %s, not a %s", request->project, task, request->task),
				 errhint("Use another project name for another task.")));
}

static char *
keep_text(MemoryContext context, int column)
{
	char	   *text = catalog_text(column);

	return text ? MemoryContextStrdup(context, text) : NULL;
}

static List *
keep_names(MemoryContext context, int column, const char *argument)
{
	bool		isnull;
	Datum		names = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &isnull);
	MemoryContext spi;
	List	   *list;

	if (isnull)
		return NIL;
	spi = MemoryContextSwitchTo(context);
	list = column_name_list(DatumGetArrayTypeP(names), argument);
	MemoryContextSwitchTo(spi);
	return list;
}

/* relation_name was not given: train again as last time. */
static void
reuse_snapshot(TrainRequest *request, MemoryContext context, int64 project_id)
{
	static CatalogStatement statement = {
		"SELECT s.relation_name, s.y_column_name, s.test_size::pg_catalog.float8, s.test_sampling::pg_catalog.text, s.preprocess::pg_catalog.text, s.exclude, s.weight_column"
		" FROM pgml.models m JOIN pgml.snapshots s ON s.id = m.snapshot_id WHERE m.project_id = $1 ORDER BY m.created_at DESC, m.id DESC LIMIT 1",
		1, {INT8OID}
	};
	Datum		values[] = {Int64GetDatum(project_id)};
	List	   *exclude;
	bool		isnull;

	if (catalog_run(&statement, values, NULL, false) == 0)
		return;
	request->relation = keep_text(context, 1);
	request->reused = true;
	request->labels = keep_names(context, 2, "y_column_name");
	request->test_size = (float4) DatumGetFloat8(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3, &isnull));
	request->sampling = keep_text(context, 4);
	request->preprocess = keep_text(context, 5);
	if (request->weight == NULL)
		request->weight = keep_text(context, 7);
	exclude = keep_names(context, 6, "exclude");
	if (!request->has_exclude)
		request->exclude = exclude;
}

/* Fills in task and relation from the catalog. False when the project is not there yet. */
bool
train_complete(TrainRequest *request)
{
	static CatalogStatement statement = {
		"SELECT id, task::pg_catalog.text, owner::pg_catalog.text, predict_to, train_to, own_to FROM pgml.projects WHERE name = $1", 1, {TEXTOID}
	};
	Datum		values[] = {CStringGetTextDatum(request->project)};
	MemoryContext context = CurrentMemoryContext;
	CatalogAccess access;
	bool		exists;

	catalog_enter(&access);
	exists = catalog_run(&statement, values, NULL, false) > 0;
	if (exists)
	{
		int64		id = catalog_int64(1);
		CatalogGrants grants;

		catalog_read_grants(4, &grants);
		catalog_check_project(request->project, catalog_text(3), &grants, request->owner, CATALOG_TRAIN);
		for (int i = 0; i < grants.count; i++)
		{
			if (grants.all[i].right >= CATALOG_TRAIN)
				request->trained_by_others = keep_text(context, 3);
		}
		check_task(request, catalog_text(2));
		request->task = keep_text(context, 2);
		if (request->relation == NULL)
			reuse_snapshot(request, context, id);
	}
	catalog_leave(&access);
	request->exists = exists;
	return exists;
}

/* Creates the project if need be and locks it; another session may have been first. */
static CatalogProject
lock_project(const TrainRequest *request)
{
	CatalogProject project;

	/* One that was there and is gone was dropped meanwhile: whoever was only let to train it does not get its name. */
	if (!request->exists)
		catalog_add_project(request->project, request->task, request->owner_name);
	if (!catalog_lock_project(request->project, &project))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access: project \"%s\" was created or dropped by another transaction", request->project),
				 errhint("Run the transaction again.")));
	catalog_check_project(request->project, project.owner, &project.grants, request->owner, CATALOG_TRAIN);
	check_task(request, project.task);
	return project;
}

static char *
describe_columns(const TrainRelation *relation)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	for (int i = 0; i < relation->count; i++)
	{
		appendStringInfoString(&json, i > 0 ? ", {\"name\": " : "{\"name\": ");
		escape_json(&json, relation->columns[i].name);
		appendStringInfoString(&json, ", \"type\": ");
		escape_json(&json, relation->columns[i].type_name);
		appendStringInfo(&json, ", \"position\": %d, \"label\": %s%s}", relation->columns[i].position, relation->columns[i].label ? "true" : "false",
						 relation->columns[i].weight ? ", \"weight\": true" : "");
	}
	appendStringInfoChar(&json, ']');
	return json.data;
}

static Datum
names_datum(const List *names)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(list_length(names), 1));
	ListCell   *cell;

	foreach(cell, names)
		values[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	return PointerGetDatum(construct_array(values, list_length(names), TEXTOID, -1, false, TYPALIGN_INT));
}

/* Within catalog_enter. */
int64
train_add_snapshot(const TrainRequest *request, const TrainRelation *relation)
{
	static CatalogStatement statement = {
		"INSERT INTO pgml.snapshots (relation_name, y_column_name, test_size, test_sampling, status, columns, preprocess, exclude, weight_column)"
		" VALUES ($1, $2, $3, $4::pgml.sampling, 'created', $5::pg_catalog.jsonb, $6::pg_catalog.jsonb, $7, $8)"
		" RETURNING id", 8, {TEXTOID, TEXTARRAYOID, FLOAT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID}
	};
	Datum		values[] = {
		CStringGetTextDatum(relation->qualified), names_datum(request->labels), Float4GetDatum(request->test_size),
		CStringGetTextDatum(request->sampling), CStringGetTextDatum(describe_columns(relation)), CStringGetTextDatum(request->preprocess),
		names_datum(request->exclude), request->weight ? CStringGetTextDatum(request->weight) : 0
	};
	char		nulls[] = "        ";

	nulls[1] = request->labels != NIL ? ' ' : 'n';
	nulls[6] = request->exclude != NIL ? ' ' : 'n';
	nulls[7] = request->weight ? ' ' : 'n';
	(void) catalog_run(&statement, values, nulls, false);
	return catalog_int64(1);
}

static Datum
bytes_datum(const void *bytes, size_t count)
{
	bytea	   *value = palloc(VARHDRSZ + count);

	SET_VARSIZE(value, VARHDRSZ + count);
	memcpy(VARDATA(value), bytes, count);
	return PointerGetDatum(value);
}

static int64
add_model(const TrainRequest *request, const TrainResult *result, int64 project_id, int64 snapshot_id)
{
	static CatalogStatement statement = {
		"INSERT INTO pgml.models (project_id, snapshot_id, num_features, algorithm, hyperparams, status, metrics, search, search_params, search_args,"
		" image_sha256, seed) VALUES ($1, $2, $3, $4, $5::pg_catalog.jsonb, 'successful', $6::pg_catalog.jsonb, $7::pgml.search, $8::pg_catalog.jsonb,"
		" $9::pg_catalog.jsonb, $10, $11) RETURNING id",
		11, {INT8OID, INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, BYTEAOID, INT8OID}
	};
	Datum		values[] = {
		Int64GetDatum(project_id), Int64GetDatum(snapshot_id), Int32GetDatum((int32) result->features), CStringGetTextDatum(request->algorithm),
		CStringGetTextDatum(result->hyperparams), CStringGetTextDatum(result->metrics), request->search ? CStringGetTextDatum(request->search) : 0,
		CStringGetTextDatum(request->search_params), CStringGetTextDatum(request->search_args), bytes_datum(result->sha256, WIRE_SHA256_BYTES),
		Int64GetDatum(result->seed)
	};

	char		nulls[] = "           ";

	nulls[1] = snapshot_id != 0 ? ' ' : 'n';
	nulls[6] = request->search ? ' ' : 'n';
	(void) catalog_run(&statement, values, nulls, false);
	return catalog_int64(1);
}

/* As INSERT … SELECT: Citus takes eight times as long for a large value in VALUES. */
static void
add_files(const Image *image, int64 model_id)
{
	static CatalogStatement statement = {
		"INSERT INTO pgml.files (model_id, path, part, data) SELECT model_id, 'image', part, data"
		" FROM (SELECT $1 AS model_id, $2 AS part, $3 AS data OFFSET 0) AS new", 3, {INT8OID, INT4OID, BYTEAOID}
	};
	size_t		at = 0;

	for (int32 part = 0; at < image->size_bytes; part++)
	{
		size_t		count = Min(PART_BYTES, image->size_bytes - at);
		Datum		values[] = {Int64GetDatum(model_id), Int32GetDatum(part), bytes_datum((const char *) image->bytes + at, count)};

		(void) catalog_run(&statement, values, NULL, false);
		pfree(DatumGetPointer(values[2]));
		at += count;
	}
}

/* The row of a run in the background has been there since it was begun. */
static void
add_run(const TrainRequest *request, const TrainResult *result, int64 project_id, int64 model_id)
{
	static CatalogStatement statement = {
		"INSERT INTO pgml.runs (id, project_id, model_id, rows, nodes, started_at, finished_at, project, owner)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::pg_catalog.name)"
		" ON CONFLICT (id) DO UPDATE SET project_id = EXCLUDED.project_id, model_id = EXCLUDED.model_id, rows = EXCLUDED.rows, nodes = EXCLUDED.nodes,"
		" finished_at = EXCLUDED.finished_at, status = 'successful'",
		9, {INT8OID, INT8OID, INT8OID, INT8OID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	};
	Datum		values[] = {
		Int64GetDatum(result->run), Int64GetDatum(project_id), Int64GetDatum(model_id), Int64GetDatum((int64) result->rows),
		Int32GetDatum((int32) result->nodes), TimestampTzGetDatum(result->started), TimestampTzGetDatum(GetCurrentTimestamp()),
		CStringGetTextDatum(request->project), CStringGetTextDatum(request->owner_name)
	};

	(void) catalog_run(&statement, values, NULL, false);
}

/* Is the model that answers now strictly better? As numbers: as texts '9.5e-05' would beat '1'. */
static bool
is_present_better(int64 project_id, int64 model_id, const char *metric)
{
	static CatalogStatement statement = {
		"SELECT (CASE WHEN pg_catalog.jsonb_typeof(old.metrics -> $3) = 'number' THEN (old.metrics ->> $3)::pg_catalog.numeric END)"
		" > coalesce(CASE WHEN pg_catalog.jsonb_typeof(new.metrics -> $3) = 'number' THEN (new.metrics ->> $3)::pg_catalog.numeric END, '-Infinity')"
		" FROM pgml.deployments d JOIN pgml.models old ON old.id = d.model_id, pgml.models new"
		" WHERE d.project_id = $1 AND new.id = $2 ORDER BY d.seq DESC LIMIT 1", 3, {INT8OID, INT8OID, TEXTOID}
	};
	Datum		values[] = {Int64GetDatum(project_id), Int64GetDatum(model_id), CStringGetTextDatum(metric)};
	bool		isnull = true;
	Datum		better = 0;

	if (catalog_run(&statement, values, NULL, false) > 0)
		better = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return !isnull && DatumGetBool(better);
}

/* A model that was not trained here answers at once: it was brought to be used, and has no metric to be compared by. */
int64
train_import(const TrainRequest *request, const TrainResult *result, const Image *image)
{
	CatalogAccess access;
	CatalogProject project;
	int64		model_id;

	catalog_enter(&access);
	project = lock_project(request);
	model_id = add_model(request, result, project.id, 0);
	add_files(image, model_id);
	catalog_add_deployment(project.id, model_id, "specific");
	catalog_leave(&access);
	return model_id;
}

/* All of it in the caller's transaction. True when the new model answers from now on. The relation is only needed where the snapshot is not written yet. */
bool
train_write(const TrainRequest *request, const TrainRelation *relation, const TrainResult *result, int64 *model_id)
{
	Image	   *image = image_open(result->sha256, 0, true);
	CatalogAccess access;
	CatalogProject project;
	bool		deployed = false;

	if (image->size_bytes != result->image_bytes)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the image has %zu bytes, the training reported " UINT64_FORMAT, image->size_bytes, result->image_bytes),
				 errhint("Train again.")));
	catalog_enter(&access);
	project = lock_project(request);
	*model_id = add_model(request, result, project.id, request->snapshot_id != 0 ? request->snapshot_id : train_add_snapshot(request, relation));
	add_files(image, *model_id);
	add_run(request, result, project.id, *model_id);
	if (request->automatic_deploy && !is_present_better(project.id, *model_id, catalog_key_metric(project.task)))
	{
		catalog_add_deployment(project.id, *model_id, "new_score");
		deployed = true;
	}
	catalog_leave(&access);
	return deployed;
}
