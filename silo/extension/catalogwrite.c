/* The catalog: what train and deploy write, and the words for what is not in it. See catalog.h. */
#include "prelude.h"

#include "catalog.h"
#include "utils/varlena.h"

#define PROJECT_NAME_MAX_BYTES 2000

/* Refuses a function that writes where nothing can be written. */
void
catalog_begin_write(const char *function)
{
	PreventCommandIfReadOnly(function);
	PreventCommandDuringRecovery(function);
	PreventCommandIfParallelMode(function);
}

/* The metric that decides which of two models is better: larger is better for all. */
const char *
catalog_key_metric(const char *task)
{
	if (strcmp(task, "regression") == 0)
		return "r2";
	if (strcmp(task, "classification") == 0)
		return "f1";
	return strcmp(task, "clustering") == 0 ? "silhouette" : "cumulative_explained_variance";
}

/*
 * Within catalog_enter. Citus locks a reference table as a whole for an UPDATE, and what its foreign keys name too: whoever writes pgml.runs locks the
 * projects first, as a training that ends does, so that no two transactions wait for each other.
 */
void
catalog_lock_projects(void)
{
	static CatalogStatement statement = {"UPDATE pgml.projects SET updated_at = updated_at WHERE id = 0", 0, {0}};

	if (catalog_is_distributed())
		(void) catalog_run(&statement, NULL, NULL, false);
}

/* Within catalog_enter. The results live until catalog_leave. */
bool
catalog_lock_project(const char *name, CatalogProject *out)
{
	/*
	 * An UPDATE, not FOR UPDATE: a transaction with an older snapshot gets 40001 then, instead of a seq that is taken. Nothing is cast: Citus allows only
	 * IMMUTABLE functions here.
	 */
	static CatalogStatement statement = {
		"UPDATE pgml.projects SET updated_at = $2 WHERE name = $1 RETURNING id, task, owner, predict_to, train_to, own_to", 2, {TEXTOID, TIMESTAMPOID}
	};
	Datum		values[] = {CStringGetTextDatum(name), DirectFunctionCall1(timestamptz_timestamp, TimestampTzGetDatum(GetCurrentTimestamp()))};

	if (catalog_run(&statement, values, NULL, false) == 0)
		return false;
	out->id = catalog_int64(1);
	out->task = catalog_text(2);
	out->owner = catalog_text(3);
	catalog_read_grants(4, &out->grants);
	return true;
}

/* Within catalog_enter; raises for a project that is not there, or that the user may not use so. */
void
catalog_lock_project_for(const char *name, Oid user, CatalogRight right, CatalogProject *out)
{
	if (!catalog_lock_project(name, out))
		catalog_raise_unknown_project(name);
	catalog_check_project(name, out->owner, &out->grants, user, right);
}

/* The index of names takes no longer ones, which it would say at the end of a training. */
void
catalog_check_project_name(const char *name)
{
	size_t		bytes = strlen(name);

	if (bytes == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a project needs a name"),
				 errhint("Give project_name a text that is not empty.")));
	if (bytes > PROJECT_NAME_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("project_name has %zu bytes, the limit is %d", bytes, PROJECT_NAME_MAX_BYTES),
				 errhint("Give the project a shorter name.")));
}

/* Does nothing when another transaction was first: lock it and look. */
void
catalog_add_project(const char *name, const char *task, const char *owner)
{
	static CatalogStatement statement = {
		"INSERT INTO pgml.projects (name, task, owner) VALUES ($1, $2::pgml.task, $3::pg_catalog.name) ON CONFLICT (name) DO NOTHING", 3, {TEXTOID, TEXTOID, TEXTOID}
	};
	Datum		values[] = {CStringGetTextDatum(name), CStringGetTextDatum(task), CStringGetTextDatum(owner)};

	(void) catalog_run(&statement, values, NULL, false);
}

/* Under the project's lock. */
void
catalog_add_deployment(int64 project_id, int64 model_id, const char *strategy)
{
	static CatalogStatement last = {
		"SELECT coalesce(pg_catalog.max(seq), 0) FROM pgml.deployments WHERE project_id = $1", 1, {INT8OID}
	};
	static CatalogStatement add = {
		"INSERT INTO pgml.deployments (project_id, model_id, strategy, seq) VALUES ($1, $2, $3::pgml.strategy, $4)", 4, {INT8OID, INT8OID, TEXTOID, INT8OID}
	};
	Datum		values[] = {Int64GetDatum(project_id), Int64GetDatum(model_id), CStringGetTextDatum(strategy), 0};

	(void) catalog_run(&last, values, NULL, false);
	values[3] = Int64GetDatum(catalog_int64(1) + 1);
	(void) catalog_run(&add, values, NULL, false);
}

/* The nearest name by edit distance, if one is near. */
static char *
find_similar(const char *name)
{
	static CatalogStatement statement = {
		"SELECT name FROM pgml.projects ORDER BY updated_at DESC LIMIT 1000", 0, {0}
	};
	CatalogAccess access;
	char	   *best = NULL;
	int			best_distance = 4;
	int			bytes = strlen(name);
	MemoryContext caller = CurrentMemoryContext;

	catalog_enter(&access);
	for (uint64 i = 0, rows = catalog_run(&statement, NULL, NULL, true); i < rows; i++)
	{
		char	   *other = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		int			distance;

		if (bytes > 200 || strlen(other) > 200 || strcmp(name, other) == 0)
			continue;			/* the edit distance takes 255 characters; a project of this name was dropped in this transaction */
		distance = varstr_levenshtein_less_equal(name, bytes, other, strlen(other), 1, 1, 1, best_distance, true);
		if (distance < best_distance)
		{
			best_distance = distance;
			best = MemoryContextStrdup(caller, other);
		}
	}
	catalog_leave(&access);
	return best;
}

void
catalog_raise_unknown_project(const char *name)
{
	char	   *similar;

	if (name[0] != '\0')
		catalog_check_project_name(name);	/* rather than repeat what no project can be called */
	similar = find_similar(name);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("project \"%s\" does not exist", name),
			 similar ? errhint("Perhaps you meant \"%s\".", similar)
			 : errhint("Train it first: SELECT * FROM pgml.train(%s, 'regression', 'a_table', 'its_label_column').", quote_literal_cstr(name))));
	pg_unreachable();
}

void
catalog_raise_unknown_model(int64 model_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model " INT64_FORMAT " does not exist", model_id),
			 errhint("The view pgml.trained_models lists the models.")));
	pg_unreachable();
}
