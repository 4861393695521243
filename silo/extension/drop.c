/* pgml.drop_model, drop_project. Images on disk are left to the silos: each sweeps what no row names any more, a day after it was stored. */
#include "prelude.h"

#include "catalog.h"
#include "pin.h"

PG_FUNCTION_INFO_V1(graincast_drop_model);
PG_FUNCTION_INFO_V1(graincast_drop_project);

/* The whole name: for the lock that every write of a project takes. */
static char *
find_project_of(int64 model_id)
{
	static CatalogStatement statement = {
		"SELECT p.name FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE m.id = $1", 1, {INT8OID}
	};
	Datum		values[] = {Int64GetDatum(model_id)};

	if (catalog_run(&statement, values, NULL, false) == 0)
		catalog_raise_unknown_model(model_id);
	return catalog_text(1);
}

/* Under the project's lock: no other transaction deploys it meanwhile. */
static void
check_not_deployed(int64 project_id, int64 model_id, const char *project)
{
	static CatalogStatement statement = {
		"SELECT model_id FROM pgml.deployments WHERE project_id = $1 ORDER BY seq DESC LIMIT 1", 1, {INT8OID}
	};
	Datum		values[] = {Int64GetDatum(project_id)};

	if (catalog_run(&statement, values, NULL, false) > 0 && catalog_int64(1) == model_id)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("model " INT64_FORMAT " answers for project \"%s\"", model_id, project),
				 errhint("Deploy another one first with pgml.deploy(), or drop the whole project: SELECT pgml.drop_project(%s).", quote_literal_cstr(project))));
}

/* Ids of the snapshots of a project's models, or of one of them; an array that is empty rather than NULL. */
static Datum
find_snapshots(int64 project_id, int64 model_id)
{
	static CatalogStatement statement = {
		"SELECT ARRAY(SELECT snapshot_id FROM pgml.models WHERE project_id = $1 AND ($2 = 0 OR id = $2) AND snapshot_id IS NOT NULL)", 2, {INT8OID, INT8OID}
	};
	Datum		values[] = {Int64GetDatum(project_id), Int64GetDatum(model_id)};
	bool		isnull;

	(void) catalog_run(&statement, values, NULL, false);
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
}

static void
delete_unused_snapshots(Datum ids)
{
	static CatalogStatement statement = {
		"DELETE FROM pgml.snapshots s WHERE s.id = ANY ($1) AND NOT EXISTS (SELECT FROM pgml.models m WHERE m.snapshot_id = s.id)", 1, {INT8ARRAYOID}
	};

	(void) catalog_run(&statement, &ids, NULL, false);
}

/* What belongs to it (deployments, image, runs) goes with it. */
static void
delete_model(int64 project_id, int64 model_id)
{
	static CatalogStatement statement = {"DELETE FROM pgml.models WHERE project_id = $1 AND id = $2", 2, {INT8OID, INT8OID}};
	Datum		values[] = {Int64GetDatum(project_id), Int64GetDatum(model_id)};

	if (catalog_run(&statement, values, NULL, false) == 0)
		catalog_raise_unknown_model(model_id);
}

static void
delete_project(int64 project_id)
{
	static CatalogStatement statement = {"DELETE FROM pgml.projects WHERE id = $1", 1, {INT8OID}};
	Datum		values[] = {Int64GetDatum(project_id)};

	(void) catalog_run(&statement, values, NULL, false);
}

Datum
graincast_drop_model(PG_FUNCTION_ARGS)
{
	Oid			user = GetUserId();
	int64		model_id;
	char	   *name;
	CatalogProject project;
	CatalogAccess access;
	Datum		snapshots;

	catalog_begin_write("pgml.drop_model()");
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("model_id of pgml.drop_model must not be NULL"),
				 errhint("The view pgml.trained_models lists the models.")));
	model_id = PG_GETARG_INT64(0);
	catalog_enter(&access);
	name = find_project_of(model_id);
	catalog_lock_project_for(name, user, CATALOG_OWN, &project);
	check_not_deployed(project.id, model_id, name);
	snapshots = find_snapshots(project.id, model_id);
	delete_model(project.id, model_id);
	delete_unused_snapshots(snapshots);
	catalog_leave(&access);
	pin_drop_model(model_id);
	PG_RETURN_VOID();
}

Datum
graincast_drop_project(PG_FUNCTION_ARGS)
{
	Oid			user = GetUserId();
	char	   *name;
	CatalogProject project;
	CatalogAccess access;
	Datum		snapshots;

	catalog_begin_write("pgml.drop_project()");
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("project_name of pgml.drop_project must not be NULL"),
				 errhint("The view pgml.trained_models lists the projects with their models.")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	catalog_enter(&access);
	catalog_lock_project_for(name, user, CATALOG_OWN, &project);
	snapshots = find_snapshots(project.id, 0);
	delete_project(project.id);
	delete_unused_snapshots(snapshots);
	catalog_leave(&access);
	pin_drop_project(name);
	PG_RETURN_VOID();
}
