/*
 * Lookups of a project's model. Where the catalog's tables are this server's own, through their indexes: to parse and plan a statement takes a new connection longer
 * than all else before its first prediction. On Citus they are shells of reference tables, and what those hold only a statement reads.
 */
#include "prelude.h"

#include "access/genam.h"
#include "catalog.h"
#include "utils/fmgroids.h"

/* A project's row and, if there is one, that of a model of it: what a CatalogModel is made of. */
typedef struct ModelFields
{
	Datum		values[8];		/* p.id, m.id, p.owner, p.name, m.image_sha256, p.predict_to, p.train_to, p.own_to */
	bool		nulls[8];
} ModelFields;

static void
add_grants(Datum roles, CatalogRight right, CatalogGrants *out)
{
	Datum	   *values;
	bool	   *nulls;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(roles), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	for (int i = 0; i < count && out->count < CATALOG_GRANTS_MAX; i++)
	{
		if (nulls[i])
			continue;
		namestrcpy(&out->all[out->count].role, TextDatumGetCString(values[i]));
		out->all[out->count++].right = right;
	}
}

/* Three arrays of role names: predict_to, train_to, own_to. What would not fit was refused when it was granted. */
void
catalog_read_grants(int first_column, CatalogGrants *out)
{
	memset(out, 0, sizeof(*out));
	for (CatalogRight right = CATALOG_PREDICT; right <= CATALOG_OWN; right++)
	{
		bool		isnull;
		Datum		roles = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, first_column + right, &isnull);

		if (!isnull)
			add_grants(roles, right, out);
	}
}

static void
copy_model(const ModelFields *fields, CatalogModel *out)
{
	memset(out, 0, sizeof(*out));
	out->project_id = DatumGetInt64(fields->values[0]);
	out->model_id = fields->nulls[1] ? 0 : DatumGetInt64(fields->values[1]);
	namestrcpy(&out->owner, NameStr(*DatumGetName(fields->values[2])));
	catalog_copy_name(out->project, TextDatumGetCString(fields->values[3]));
	if (!fields->nulls[4])
	{
		bytea	   *sha256 = DatumGetByteaPP(fields->values[4]);

		if (VARSIZE_ANY_EXHDR(sha256) != sizeof(out->sha256))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("model " INT64_FORMAT " has a hash of the wrong length", out->model_id),
					 errhint("Train the model again.")));
		memcpy(out->sha256, VARDATA_ANY(sha256), sizeof(out->sha256));
	}
	for (CatalogRight right = CATALOG_PREDICT; right <= CATALOG_OWN; right++)
	{
		if (!fields->nulls[5 + right])
			add_grants(fields->values[5 + right], right, &out->grants);
	}
}

static bool
find_by_statement(CatalogStatement *statement, Datum key, CatalogModel *out)
{
	CatalogAccess access;
	ModelFields fields;
	bool		found;

	catalog_enter(&access);
	found = catalog_run(statement, &key, NULL, true) > 0;
	if (found)
	{
		for (int i = 0; i < lengthof(fields.values); i++)
			fields.values[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &fields.nulls[i]);
		copy_model(&fields, out);
	}
	catalog_leave(&access);
	return found;
}

/* By which rows are looked up. */
typedef struct TableIndex
{
	const char *table;
	const char *name;
} TableIndex;

static const TableIndex projects_by_name = {"projects", "projects_name_key"};
static const TableIndex projects_by_id = {"projects", "projects_pkey"};
static const TableIndex deployments_by_project = {"deployments", "deployments_project_id_seq_key"};
static const TableIndex models_by_id = {"models", "models_pkey"};

/* Not where statements must do. */
static bool
has_indexes(void)
{
	return !catalog_is_distributed() && OidIsValid(catalog_projects_relation()) && OidIsValid(catalog_relation(projects_by_name.name))
		&& OidIsValid(catalog_relation(projects_by_id.name)) && OidIsValid(catalog_relation(deployments_by_project.name))
		&& OidIsValid(catalog_relation(models_by_id.name));
}

static Datum
read_column(HeapTuple row, Relation table, const char *column, bool *isnull)
{
	int			number = SPI_fnumber(RelationGetDescr(table), column);

	if (number <= 0)
		catalog_raise_outdated(psprintf("column %s.%s does not exist", RelationGetRelationName(table), column));
	return heap_getattr(row, number, RelationGetDescr(table), isnull);
}

/*
 * Of the rows that have the key in the index' first column the last one by the index, as the active snapshot sees it: its values of these columns, found by name,
 * since a restored dump may have them at other places. False: there is none.
 */
static bool
read_row(const TableIndex *by, RegProcedure equality, Datum key_value, const char *const *columns, int count, Datum *values, bool *nulls)
{
	Relation	table = table_open(catalog_relation(by->table), AccessShareLock);
	Relation	index = index_open(catalog_relation(by->name), AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;

	ScanKeyInit(&key, index->rd_index->indkey.values[0], BTEqualStrategyNumber, equality, key_value);
	key.sk_collation = index->rd_indcollation[0];
	scan = systable_beginscan_ordered(table, index, GetActiveSnapshot(), 1, &key);
	row = systable_getnext_ordered(scan, BackwardScanDirection);
	if (HeapTupleIsValid(row))
	{
		row = heap_copytuple(row);
		for (int i = 0; i < count; i++)
			values[i] = read_column(row, table, columns[i], &nulls[i]);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(table, AccessShareLock);
	return HeapTupleIsValid(row);
}

static const char *const project_columns[] = {"id", "owner", "name", "predict_to", "train_to", "own_to"};
static const char *const deployment_columns[] = {"model_id"};
static const char *const model_columns[] = {"id", "image_sha256", "project_id"};

static void
put_together(const Datum *project, const bool *project_nulls, const Datum *model, const bool *model_nulls, CatalogModel *out)
{
	ModelFields fields = {
		.values = {project[0], model[0], project[1], project[2], model[1], project[3], project[4], project[5]},
		.nulls = {project_nulls[0], model_nulls[0], project_nulls[1], project_nulls[2], model_nulls[1], project_nulls[3], project_nulls[4], project_nulls[5]},
	};

	copy_model(&fields, out);
}

static bool
find_project_by_index(Datum name, CatalogModel *out)
{
	Datum		project[lengthof(project_columns)];
	Datum		model[lengthof(model_columns)] = {0};
	Datum		model_id;
	bool		project_nulls[lengthof(project_columns)];
	bool		model_nulls[lengthof(model_columns)] = {true, true, true};
	bool		isnull;

	if (!read_row(&projects_by_name, F_TEXTEQ, name, project_columns, lengthof(project_columns), project, project_nulls))
		return false;
	if (read_row(&deployments_by_project, F_INT8EQ, project[0], deployment_columns, lengthof(deployment_columns), &model_id, &isnull))
		(void) read_row(&models_by_id, F_INT8EQ, model_id, model_columns, lengthof(model_columns), model, model_nulls);
	put_together(project, project_nulls, model, model_nulls, out);
	return true;
}

static bool
find_model_by_index(Datum model_id, CatalogModel *out)
{
	Datum		project[lengthof(project_columns)];
	Datum		model[lengthof(model_columns)];
	bool		project_nulls[lengthof(project_columns)];
	bool		model_nulls[lengthof(model_columns)];

	if (!read_row(&models_by_id, F_INT8EQ, model_id, model_columns, lengthof(model_columns), model, model_nulls)
		|| !read_row(&projects_by_id, F_INT8EQ, model[2], project_columns, lengthof(project_columns), project, project_nulls))
		return false;
	put_together(project, project_nulls, model, model_nulls, out);
	return true;
}

#define SELECT_MODEL "SELECT p.id, m.id, p.owner, p.name, m.image_sha256, p.predict_to, p.train_to, p.own_to FROM "

bool
catalog_find_project(const char *name, CatalogModel *out)
{
	static CatalogStatement statement = {
		SELECT_MODEL "pgml.projects p"
		" LEFT JOIN LATERAL (SELECT d.model_id FROM pgml.deployments d WHERE d.project_id = p.id ORDER BY d.seq DESC LIMIT 1) d ON true"
		" LEFT JOIN pgml.models m ON m.id = d.model_id WHERE p.name = $1", 1, {TEXTOID}
	};
	Datum		key = CStringGetTextDatum(name);

	return has_indexes() ? find_project_by_index(key, out) : find_by_statement(&statement, key, out);
}

bool
catalog_find_model(int64 model_id, CatalogModel *out)
{
	static CatalogStatement statement = {
		SELECT_MODEL "pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE m.id = $1", 1, {INT8OID}
	};
	Datum		key = Int64GetDatum(model_id);

	return has_indexes() ? find_model_by_index(key, out) : find_by_statement(&statement, key, out);
}
