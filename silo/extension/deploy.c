/* pgml.deploy: choosing the model that answers for a project. */
#include "prelude.h"

#include "catalog.h"
#include "pin.h"

PG_FUNCTION_INFO_V1(graincast_deploy_model);
PG_FUNCTION_INFO_V1(graincast_deploy_project);

typedef struct Chosen
{
	int64		model_id;		/* 0: none qualifies */
	char	   *algorithm;
	uint8		sha256[32];
} Chosen;

/* A row (id, algorithm, image_sha256) of the last statement. */
static Chosen
read_chosen(uint64 row)
{
	Chosen		chosen = {0};
	HeapTuple	tuple = SPI_tuptable->vals[row];
	bool		isnull;
	bytea	   *sha256;

	chosen.model_id = DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &isnull));
	chosen.algorithm = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 2);
	sha256 = DatumGetByteaPP(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 3, &isnull));
	if (VARSIZE_ANY_EXHDR(sha256) != sizeof(chosen.sha256))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("model " INT64_FORMAT " has a hash of the wrong length", chosen.model_id),
				 errhint("Train the model again.")));
	memcpy(chosen.sha256, VARDATA_ANY(sha256), sizeof(chosen.sha256));
	return chosen;
}

static Chosen
choose_first(CatalogStatement *statement, int64 key, const char *algorithm, const char *metric)
{
	Datum		values[] = {Int64GetDatum(key), algorithm ? CStringGetTextDatum(algorithm) : 0, metric ? CStringGetTextDatum(metric) : 0};
	Chosen		none = {0};

	return catalog_run(statement, values, algorithm ? "   " : " n ", false) > 0 ? read_chosen(0) : none;
}

static Chosen
choose_specific(int64 model_id)
{
	static CatalogStatement statement = {"SELECT id, algorithm, image_sha256 FROM pgml.models WHERE id = $1", 1, {INT8OID}};

	return choose_first(&statement, model_id, NULL, NULL);
}

static Chosen
choose_best(const CatalogProject *project, const char *algorithm)
{
	static CatalogStatement statement = {
		"SELECT id, algorithm, image_sha256 FROM pgml.models WHERE project_id = $1 AND ($2 IS NULL OR algorithm = $2)"
		" ORDER BY CASE WHEN pg_catalog.jsonb_typeof(metrics -> $3) = 'number' THEN (metrics ->> $3)::pg_catalog.numeric END DESC NULLS LAST,"
		" created_at DESC, id DESC LIMIT 1", 3, {INT8OID, TEXTOID, TEXTOID}
	};

	return choose_first(&statement, project->id, algorithm, catalog_key_metric(project->task));
}

static Chosen
choose_most_recent(const CatalogProject *project, const char *algorithm)
{
	static CatalogStatement statement = {
		"SELECT id, algorithm, image_sha256 FROM pgml.models WHERE project_id = $1 AND ($2 IS NULL OR algorithm = $2)"
		" ORDER BY created_at DESC, id DESC LIMIT 1", 2, {INT8OID, TEXTOID}
	};

	return choose_first(&statement, project->id, algorithm, NULL);
}

/*
 * The history is read like a browser's "back": a deployment goes on top of a stack, a rollback took what was above its model off again. So rolling back twice
 * goes back two models instead of returning to the first (which a plain "the one before the last row" would), and a model rolled back from is only reached
 * again by deploying it. Rows of deleted models are gone, and with them their place in the stack.
 */
static Chosen
choose_earlier(const CatalogProject *project, const char *algorithm)
{
	static CatalogStatement statement = {
		"SELECT m.id, m.algorithm, m.image_sha256, d.strategy::pg_catalog.text FROM pgml.deployments d JOIN pgml.models m ON m.id = d.model_id"
		" WHERE d.project_id = $1 ORDER BY d.seq", 1, {INT8OID}
	};
	Datum		values[] = {Int64GetDatum(project->id)};
	uint64		rows = catalog_run(&statement, values, NULL, false);
	Chosen	   *stack = palloc0(sizeof(Chosen) * Max(rows, 1));
	uint64		height = 0;
	Chosen		none = {0};

	for (uint64 i = 0; i < rows; i++)
	{
		Chosen		deployed = read_chosen(i);
		bool		rollback = strcmp(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 4), "rollback") == 0;

		while (rollback && height > 0 && stack[height - 1].model_id != deployed.model_id)
			height--;
		if (height == 0 || stack[height - 1].model_id != deployed.model_id)
			stack[height++] = deployed;
	}
	for (uint64 i = height; i > 1; i--)
	{
		if (algorithm == NULL || strcmp(stack[i - 2].algorithm, algorithm) == 0)
			return stack[i - 2];
	}
	return none;
}

static Chosen
choose(const CatalogProject *project, const char *name, const char *strategy, const char *algorithm)
{
	Chosen		chosen;

	if (strcmp(strategy, "best_score") == 0)
		chosen = choose_best(project, algorithm);
	else if (strcmp(strategy, "most_recent") == 0)
		chosen = choose_most_recent(project, algorithm);
	else if (strcmp(strategy, "rollback") == 0)
		chosen = choose_earlier(project, algorithm);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("strategy \"%s\" cannot be asked for", strategy),
				 errhint("Use best_score, most_recent or rollback, or pgml.deploy(model_id) for a certain model.")));
	if (chosen.model_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 strcmp(strategy, "rollback") == 0 ? errmsg("project \"%s\" has no earlier deployment to roll back to", name)
				 : algorithm ? errmsg("project \"%s\" has no model of algorithm \"%s\" for strategy %s", name, algorithm, strategy)
				 : errmsg("project \"%s\" has no model for strategy %s", name, strategy),
				 errhint("The view pgml.trained_models lists the models.")));
	return chosen;
}

/* strategy NULL: the model that is given. */
static Datum
deploy(FunctionCallInfo fcinfo, const CatalogModel *model, const char *project_name, const char *strategy, const char *algorithm)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = CurrentMemoryContext;
	Oid			user = GetUserId();
	CatalogAccess access;
	CatalogProject project;
	Chosen		chosen;
	Datum		values[3];
	bool		nulls[3] = {0};

	catalog_check_right(model, user, CATALOG_TRAIN);
	catalog_enter(&access);
	if (!catalog_lock_project(project_name, &project) || project.id != model->project_id || strcmp(project.owner, NameStr(model->owner)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access: project \"%s\" was changed by another transaction", project_name),
				 errhint("Run the transaction again.")));
	/* Once more, by the row that is locked: the right may have been taken back while this waited. */
	catalog_check_project(project_name, project.owner, &project.grants, user, CATALOG_TRAIN);
	chosen = strategy ? choose(&project, project_name, strategy, algorithm) : choose_specific(model->model_id);
	if (chosen.model_id == 0)
		catalog_raise_unknown_model(model->model_id);
	chosen.algorithm = MemoryContextStrdup(context, chosen.algorithm);
	catalog_add_deployment(project.id, chosen.model_id, strategy ? strategy : "specific");
	catalog_leave(&access);
	pin_set(project_name, chosen.model_id, chosen.sha256);

	values[0] = CStringGetTextDatum(project_name);
	values[1] = CStringGetTextDatum(strategy ? strategy : "specific");
	values[2] = CStringGetTextDatum(chosen.algorithm);
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	return (Datum) 0;
}

static void
begin(FunctionCallInfo fcinfo)
{
	catalog_begin_write("pgml.deploy()");
	InitMaterializedSRF(fcinfo, 0);
}

/* By the latest snapshot, as the writes that follow. */
static bool
find_now(const char *name, int64 model_id, CatalogModel *out)
{
	bool		found;

	PushActiveSnapshot(GetTransactionSnapshot());
	found = name ? catalog_find_project(name, out) : catalog_find_model(model_id, out);
	PopActiveSnapshot();
	return found;
}

Datum
graincast_deploy_project(PG_FUNCTION_ARGS)
{
	CatalogModel model;
	char	   *name;
	char	   *strategy;

	begin(fcinfo);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("project_name and strategy of pgml.deploy must not be NULL"),
				 errhint("Call pgml.deploy('a_project', 'best_score').")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	strategy = DatumGetCString(DirectFunctionCall1(enum_out, PG_GETARG_DATUM(1)));
	if (!find_now(name, 0, &model))
		catalog_raise_unknown_project(name);
	return deploy(fcinfo, &model, name, strategy, PG_ARGISNULL(2) ? NULL : DatumGetCString(DirectFunctionCall1(enum_out, PG_GETARG_DATUM(2))));
}

Datum
graincast_deploy_model(PG_FUNCTION_ARGS)
{
	CatalogModel model;
	CatalogAccess access;
	char	   *name;
	static CatalogStatement statement = {"SELECT name FROM pgml.projects WHERE id = $1", 1, {INT8OID}};
	MemoryContext context = CurrentMemoryContext;
	Datum		values[1];

	begin(fcinfo);
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("model_id of pgml.deploy must not be NULL"),
				 errhint("The view pgml.trained_models lists the models.")));
	if (!find_now(NULL, PG_GETARG_INT64(0), &model))
		catalog_raise_unknown_model(PG_GETARG_INT64(0));
	/* The whole name: the one in model may be cut off. */
	values[0] = Int64GetDatum(model.project_id);
	catalog_enter(&access);
	name = catalog_run(&statement, values, NULL, false) > 0 ? MemoryContextStrdup(context, catalog_text(1)) : NULL;
	catalog_leave(&access);
	return deploy(fcinfo, &model, name ? name : model.project, NULL, NULL);
}
