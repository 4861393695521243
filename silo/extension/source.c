/* pgml.create_feature_source, drop_feature_source: the relation from which predictions by key read a row. */
#include "prelude.h"

#include "catalog.h"
#include "column.h"
#include "source.h"
#include "train.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(graincast_create_feature_source);
PG_FUNCTION_INFO_V1(graincast_drop_feature_source);

typedef struct Source
{
	Oid			relation;
	Oid			reader;			/* the silos' role */
	char	   *qualified;
	Datum		columns[SOURCE_KEY_COLUMNS_MAX];
	int			count;
} Source;

void
source_raise_guarded(const char *relation)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("\"%s\" has row-level security", relation),
			 errdetail("A prediction by key is made for whoever may use the project: policies would not be the caller's."),
			 errhint("Use a view that shows what everyone who predicts may know.")));
	pg_unreachable();
}

static void
check_kind(Relation relation, const char *name)
{
	char		kind = relation->rd_rel->relkind;

	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_VIEW && kind != RELKIND_MATVIEW)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is no table, view or materialized view", name),
				 errhint("Give the name of one of these.")));
	if (relation->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" is temporary, no other session can read it", name),
				 errhint("Use a table that is not.")));
	if (relation->rd_rel->relrowsecurity)
		source_raise_guarded(name);
}

/* Who may read a relation decides who may have it read for others: its owner. */
static void
check_owner(Oid relation, const char *name, Oid user)
{
	if (!gc_owns_relation(relation, user))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of \"%s\"", name),
				 errhint("A feature source lets everyone who may use the project learn of its rows: its owner creates it.")));
}

/* That the silo's role may read a relation is how its owner lets silos serve its rows at all. */
void
source_check_readable(Oid relation, const char *qualified, Oid silo_role)
{
	Oid			schema = get_rel_namespace(relation);
	const char *schema_name = quote_identifier(get_namespace_name(schema));
	const char *role_name = quote_identifier(GetUserNameFromId(silo_role, false));

	if (gc_schema_aclcheck(schema, silo_role, ACL_USAGE) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the silo's role %s may not use schema %s", role_name, schema_name),
				 errhint("GRANT USAGE ON SCHEMA %s TO %s", schema_name, role_name)));
	if (pg_class_aclcheck(relation, silo_role, ACL_SELECT) != ACLCHECK_OK && pg_attribute_aclcheck_all(relation, silo_role, ACL_SELECT, ACLMASK_ALL) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the silo's role %s may not read %s", role_name, qualified),
				 errhint("GRANT SELECT ON %s TO %s", qualified, role_name)));
}

static void
add_column(Source *source, Relation relation, const char *column)
{
	AttrNumber	number = get_attnum(source->relation, column);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist", column, RelationGetRelationName(relation)),
				 errhint("key_columns names the columns by which a row is found.")));
	if (source->count == SOURCE_KEY_COLUMNS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a key has at most %d columns", SOURCE_KEY_COLUMNS_MAX),
				 errhint("Name the columns of the primary key.")));
	for (int i = 0; i < source->count; i++)
	{
		if (strcmp(TextDatumGetCString(source->columns[i]), column) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("column \"%s\" is named twice in key_columns", column),
					 errhint("Name each column once.")));
	}
	source->columns[source->count++] = CStringGetTextDatum(column);
}

static void
add_named_columns(Source *source, Relation relation, ArrayType *names)
{
	List	   *list = column_name_list(names, "key_columns");
	ListCell   *cell;

	foreach(cell, list)
		add_column(source, relation, lfirst(cell));
	if (list == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("key_columns is empty"),
				 errhint("Name the columns by which a row is found, or leave the argument out for those of the primary key.")));
}

static void
add_primary_key(Source *source, Relation relation)
{
	Oid			index = RelationGetPrimaryKeyIndex(relation);
	HeapTuple	tuple = OidIsValid(index) ? SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index)) : NULL;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" has no primary key", RelationGetRelationName(relation)),
				 errhint("Name the columns by which a row is found: key_columns => ARRAY['id'].")));
	for (int i = 0; i < ((Form_pg_index) GETSTRUCT(tuple))->indnkeyatts; i++)
		add_column(source, relation, get_attname(source->relation, ((Form_pg_index) GETSTRUCT(tuple))->indkey.values[i], false));
	ReleaseSysCache(tuple);
}

static Source
describe(const char *name, ArrayType *key_columns, Oid user)
{
	Source		source = {0};
	Relation	relation;

	source.relation = train_find_relation(name);
	relation = relation_open(source.relation, NoLock);
	source.qualified = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)), RelationGetRelationName(relation));
	check_owner(source.relation, name, user);
	check_kind(relation, name);
	if (key_columns != NULL)
		add_named_columns(&source, relation, key_columns);
	else
		add_primary_key(&source, relation);
	source.reader = catalog_silo_role();
	source_check_readable(source.relation, source.qualified, source.reader);
	relation_close(relation, NoLock);
	return source;
}

static void
insert(int64 project_id, Source *source, Oid user)
{
	static CatalogStatement statement = {
		"INSERT INTO pgml.sources (project_id, relation_name, key_columns, owner, reader) VALUES ($1, $2, $3, $4::pg_catalog.name, $5::pg_catalog.name)", 5,
		{INT8OID, TEXTOID, TEXTARRAYOID, TEXTOID, TEXTOID}
	};
	Datum		values[] = {
		Int64GetDatum(project_id), CStringGetTextDatum(source->qualified),
		PointerGetDatum(construct_array(source->columns, source->count, TEXTOID, -1, false, TYPALIGN_INT)), CStringGetTextDatum(GetUserNameFromId(user, false)), CStringGetTextDatum(GetUserNameFromId(source->reader, false))
	};

	(void) catalog_run(&statement, values, NULL, false);
}

static bool
has_source(int64 project_id)
{
	static CatalogStatement statement = {"SELECT FROM pgml.sources WHERE project_id = $1", 1, {INT8OID}};
	Datum		values[] = {Int64GetDatum(project_id)};

	return catalog_run(&statement, values, NULL, false) > 0;
}

static char *
text_argument(FunctionCallInfo fcinfo, int position, const char *function, const char *argument)
{
	if (PG_ARGISNULL(position))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of %s must not be NULL", argument, function),
				 errhint("Call pgml.create_feature_source('a_project', 'a_table').")));
	return text_to_cstring(PG_GETARG_TEXT_PP(position));
}

Datum
graincast_create_feature_source(PG_FUNCTION_ARGS)
{
	const char *function = "pgml.create_feature_source()";
	Oid			user = GetUserId();
	char	   *name;
	Source		source;
	CatalogProject project;
	CatalogAccess access;

	catalog_begin_write(function);
	name = text_argument(fcinfo, 0, function, "project_name");
	source = describe(text_argument(fcinfo, 1, function, "relation_name"), PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2), user);
	catalog_enter(&access);
	catalog_lock_project_for(name, user, CATALOG_OWN, &project);
	if (has_source(project.id))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("project \"%s\" has a feature source", name),
				 errhint("Drop it first: SELECT pgml.drop_feature_source(%s).", quote_literal_cstr(name))));
	insert(project.id, &source, user);
	catalog_leave(&access);
	PG_RETURN_VOID();
}

Datum
graincast_drop_feature_source(PG_FUNCTION_ARGS)
{
	static CatalogStatement statement = {"DELETE FROM pgml.sources WHERE project_id = $1", 1, {INT8OID}};
	const char *function = "pgml.drop_feature_source()";
	Oid			user = GetUserId();
	char	   *name;
	CatalogProject project;
	CatalogAccess access;
	Datum		values[1];

	catalog_begin_write(function);
	name = text_argument(fcinfo, 0, function, "project_name");
	catalog_enter(&access);
	catalog_lock_project_for(name, user, CATALOG_OWN, &project);
	values[0] = Int64GetDatum(project.id);
	(void) catalog_run(&statement, values, NULL, false);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("project \"%s\" has no feature source", name),
				 errhint("The view pgml.feature_sources lists them.")));
	catalog_leave(&access);
	PG_RETURN_VOID();
}
