/*
 * Lookups of a project's model. Where the catalog's tables are this server's own, through their indexes: to parse and plan a statement takes a new connection longer
 * than all else before its first prediction. On Citus they are shells of reference tables, and what those hold only a statement reads.
 */
#include "prelude.h"

#include "access/genam.h"
#include "catalog.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
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

enum { PROJECTS_BY_NAME, PROJECTS_BY_ID, DEPLOYMENTS, MODELS, INDEXES };

static const char *const index_names[INDEXES] = {"projects_name_key", "projects_pkey", "deployments_project_id_seq_key", "models_pkey"};

/* False where statements must do. */
static bool
find_indexes(Oid indexes[INDEXES])
{
	if (catalog_is_distributed() || !OidIsValid(catalog_projects_relation()))
		return false;
	for (int i = 0; i < INDEXES; i++)
	{
		indexes[i] = catalog_relation(index_names[i]);
		if (get_rel_relkind(indexes[i]) != RELKIND_INDEX)
			return false;
	}
	return true;
}

/*
 * Of the rows that have the key in the index' first column the last one by the index, as the active snapshot sees it: its values of these columns, found by name,
 * since a restored dump may have them at other places. False: there is none.
 */
static bool
read_row(Oid index_oid, RegProcedure equality, Datum key_value, const char *const *columns, int count, Datum *values, bool *nulls)
{
	Relation	table = table_open(IndexGetRelation(index_oid, false), AccessShareLock);
	Relation	index = index_open(index_oid, AccessShareLock);
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
			values[i] = heap_getattr(row, get_attnum(RelationGetRelid(table), columns[i]), RelationGetDescr(table), &nulls[i]);
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
find_project_by_index(const Oid *indexes, Datum name, CatalogModel *out)
{
	Datum		project[lengthof(project_columns)];
	Datum		model[lengthof(model_columns)] = {0};
	Datum		model_id;
	bool		project_nulls[lengthof(project_columns)];
	bool		model_nulls[lengthof(model_columns)] = {true, true, true};
	bool		isnull;

	if (!read_row(indexes[PROJECTS_BY_NAME], F_TEXTEQ, name, project_columns, lengthof(project_columns), project, project_nulls))
		return false;
	if (read_row(indexes[DEPLOYMENTS], F_INT8EQ, project[0], deployment_columns, lengthof(deployment_columns), &model_id, &isnull))
		(void) read_row(indexes[MODELS], F_INT8EQ, model_id, model_columns, lengthof(model_columns), model, model_nulls);
	put_together(project, project_nulls, model, model_nulls, out);
	return true;
}

static bool
find_model_by_index(const Oid *indexes, Datum model_id, CatalogModel *out)
{
	Datum		project[lengthof(project_columns)];
	Datum		model[lengthof(model_columns)];
	bool		project_nulls[lengthof(project_columns)];
	bool		model_nulls[lengthof(model_columns)];

	if (!read_row(indexes[MODELS], F_INT8EQ, model_id, model_columns, lengthof(model_columns), model, model_nulls)
		|| !read_row(indexes[PROJECTS_BY_ID], F_INT8EQ, model[2], project_columns, lengthof(project_columns), project, project_nulls))
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
	Oid			indexes[INDEXES];
	Datum		key = CStringGetTextDatum(name);

	return find_indexes(indexes) ? find_project_by_index(indexes, key, out) : find_by_statement(&statement, key, out);
}

bool
catalog_find_model(int64 model_id, CatalogModel *out)
{
	static CatalogStatement statement = {
		SELECT_MODEL "pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE m.id = $1", 1, {INT8OID}
	};
	Oid			indexes[INDEXES];
	Datum		key = Int64GetDatum(model_id);

	return find_indexes(indexes) ? find_model_by_index(indexes, key, out) : find_by_statement(&statement, key, out);
}
