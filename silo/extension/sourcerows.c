/*
 * pgml.source_rows: how a silo reads rows of a feature source.
 *
 * A relation may run code of whoever made it: a view's functions, an operator, a cast. So the rows are read as the relation's owner, in an operation that is
 * restricted as that of a materialized view's refresh is, and never as the silo's role, which owns the silos' keys and may read what others granted to it.
 */
#include "prelude.h"

#include "catalog.h"
#include "modelcache.h"
#include "source.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(graincast_source_rows);

#define PLANS_MAX 64

/* A project's source and the statements that read it for one list of columns. Valid until the catalog changes. */
typedef struct SourcePlan
{
	MemoryContext context;
	uint64		flushes;
	char	   *project;
	char	   *columns;		/* as they stand in the statement */
	char	   *relation;
	char	   *owner;			/* who created the source */
	char	   *reader;			/* the silos' role */
	int			parts;
	char	   *key_columns[SOURCE_KEY_COLUMNS_MAX];
	Oid			key_types[SOURCE_KEY_COLUMNS_MAX];
	SPIPlanPtr	one;
	SPIPlanPtr	many;			/* NULL: not asked for yet */
} SourcePlan;

static SourcePlan *plans[PLANS_MAX];
static int	next_plan;

static char *
quote_columns(ArrayType *names)
{
	StringInfoData list;
	Datum	   *values;
	bool	   *nulls;
	int			count;

	initStringInfo(&list);
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a name in column_names is NULL"),
					 errhint("Only silos call this function.")));
		appendStringInfo(&list, ", %s", quote_identifier(TextDatumGetCString(values[i])));
	}
	return list.data;
}

static void
free_statements(SourcePlan *plan)
{
	if (plan->one != NULL)
		SPI_freeplan(plan->one);
	if (plan->many != NULL)
		SPI_freeplan(plan->many);
	plan->one = plan->many = NULL;
}

static void
forget(int place)
{
	SourcePlan *plan = plans[place];

	if (plan == NULL)
		return;
	plans[place] = NULL;
	free_statements(plan);
	MemoryContextDelete(plan->context);
}

static SourcePlan *
find_plan(const char *project, const char *columns)
{
	for (int i = 0; i < PLANS_MAX; i++)
	{
		if (plans[i] == NULL || strcmp(plans[i]->project, project) != 0 || strcmp(plans[i]->columns, columns) != 0)
			continue;
		if (plans[i]->flushes == modelcache_flushes)
			return plans[i];
		forget(i);
	}
	return NULL;
}

static void
raise_no_source(const char *project)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("project \"%s\" has no feature source", project),
			 errhint("Create one: SELECT pgml.create_feature_source(%s, 'a_table').", quote_literal_cstr(project))));
}

/* The source as the catalog says; kept only when the plan is whole. */
static SourcePlan *
create_plan(const char *project, const char *columns)
{
	static CatalogStatement statement = {
		"SELECT s.relation_name, s.owner::pg_catalog.text, s.key_columns, s.reader::pg_catalog.text FROM pgml.sources s JOIN pgml.projects p ON p.id = s.project_id WHERE p.name = $1", 1, {TEXTOID}
	};
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "graincast feature source", ALLOCSET_SMALL_SIZES);
	Datum		values[] = {CStringGetTextDatum(project)};
	CatalogAccess access;
	MemoryContext caller;
	SourcePlan *plan;
	Datum	   *names;
	bool	   *nulls;
	bool		isnull;

	AcceptInvalidationMessages();
	plan = MemoryContextAllocZero(context, sizeof(SourcePlan));
	plan->context = context;
	plan->flushes = modelcache_flushes;
	catalog_enter(&access);
	if (catalog_run(&statement, values, NULL, true) == 0)
		raise_no_source(project);
	caller = MemoryContextSwitchTo(context);
	plan->project = pstrdup(project);
	plan->columns = pstrdup(columns);
	plan->relation = pstrdup(catalog_text(1));
	plan->owner = pstrdup(catalog_text(2));
	plan->reader = pstrdup(catalog_text(4));
	deconstruct_array(DatumGetArrayTypeP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3, &isnull)), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls,
					  &plan->parts);
	if (plan->parts < 1 || plan->parts > SOURCE_KEY_COLUMNS_MAX)
		elog(ERROR, "the feature source of project \"%s\" has %d key columns", project, plan->parts);
	for (int i = 0; i < plan->parts; i++)
		plan->key_columns[i] = TextDatumGetCString(names[i]);
	MemoryContextSwitchTo(caller);
	catalog_leave(&access);
	return plan;
}

/* A statement takes keys of the types that it was prepared for. */
static void
set_key_type(SourcePlan *plan, int part, Oid type)
{
	if (plan->key_types[part] != type)
		free_statements(plan);
	plan->key_types[part] = type;
}

/* Privileges on a function of an extension would not reach the other nodes of Citus. */
static void
check_caller(const SourcePlan *plan)
{
	if (GetUserId() != get_role_oid(plan->reader, true))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for function pgml.source_rows"),
				 errhint("Only silos call it, as role \"%s\": use pgml.predict_by_key.", plan->reader)));
}

/* The relation as it is now, locked: its owner, and whether it may still be read. */
static Oid
check_relation(SourcePlan *plan)
{
	Oid			relation;
	Oid			creator = get_role_oid(plan->owner, true);
	HeapTuple	tuple;
	Oid			owner;
	bool		guarded;

	check_caller(plan);
	relation = RangeVarGetRelid(makeRangeVarFromNameList(gc_qualified_name_list(plan->relation)), AccessShareLock, false);
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relation);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	guarded = ((Form_pg_class) GETSTRUCT(tuple))->relrowsecurity;
	ReleaseSysCache(tuple);
	if (guarded)
		source_raise_guarded(plan->relation);
	if (!OidIsValid(creator) || !gc_owns_relation(relation, creator))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s does not belong to role \"%s\" any more, which made it a feature source", plan->relation, plan->owner),
				 errhint("Its owner decides: pgml.drop_feature_source, then pgml.create_feature_source.")));
	source_check_readable(relation, plan->relation, GetUserId());
	for (int i = 0; i < plan->parts; i++)
	{
		AttrNumber	number = get_attnum(relation, plan->key_columns[i]);

		if (number <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("key column \"%s\" of %s does not exist", plan->key_columns[i], plan->relation),
					 errhint("Drop the source, and create it with the columns that there are now.")));
		set_key_type(plan, i, get_atttype(relation, number));
	}
	return owner;
}

static SPIPlanPtr
prepare(SourcePlan *plan, bool many)
{
	StringInfoData sql;
	Oid			types[SOURCE_KEY_COLUMNS_MAX];
	SPIPlanPtr	prepared;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT %s::pg_catalog.text%s FROM %s WHERE ", quote_identifier(plan->key_columns[0]), plan->columns, plan->relation);
	for (int i = 0; i < plan->parts; i++)
	{
		types[i] = many ? get_array_type(plan->key_types[i]) : plan->key_types[i];
		appendStringInfo(&sql, many ? "%s%s = ANY ($%d)" : "%s%s = $%d", i > 0 ? " AND " : "", quote_identifier(plan->key_columns[i]), i + 1);
	}
	prepared = SPI_prepare(sql.data, plan->parts, types);
	if (prepared == NULL || SPI_keepplan(prepared) != 0)
		elog(ERROR, "could not prepare \"%s\": %s", sql.data, SPI_result_code_string(SPI_result));
	return prepared;
}

static Datum
read_part(Oid type, Datum part)
{
	Oid			input;
	Oid			parameter;

	getTypeInputInfo(type, &input, &parameter);
	return OidInputFunctionCall(input, TextDatumGetCString(part), parameter, -1);
}

static void
put_rows(ReturnSetInfo *result, SPIPlanPtr plan, Datum *values, int place, long limit)
{
	int			code = SPI_execute_plan(plan, values, NULL, true, limit);

	if (code != SPI_OK_SELECT)
		elog(ERROR, "could not read rows: %s", SPI_result_code_string(code));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		CHECK_FOR_INTERRUPTS();
		source_put_row(result, place, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	}
}

/* One statement for all keys of one column; their places are not known then, but their texts. */
static void
read_many(ReturnSetInfo *result, SourcePlan *plan, Datum *keys, int count)
{
	Oid			type = plan->key_types[0];
	Datum	   *elements = palloc(sizeof(Datum) * count);
	Datum		values[1];
	int16		length;
	bool		byval;
	char		align;

	for (int i = 0; i < count; i++)
		elements[i] = read_part(type, keys[i]);
	get_typlenbyvalalign(type, &length, &byval, &align);
	values[0] = PointerGetDatum(construct_array(elements, count, type, length, byval, align));
	if (plan->many == NULL)
		plan->many = prepare(plan, true);
	put_rows(result, plan->many, values, 0, 0);
}

/* "id = 7", or "(day, name) = 2026-02-01, x". */
static char *
describe_key(const SourcePlan *plan, const Datum *key)
{
	StringInfoData words;

	initStringInfo(&words);
	for (int i = 0; i < plan->parts; i++)
		appendStringInfo(&words, "%s%s", i > 0 ? ", " : plan->parts > 1 ? "(" : "", plan->key_columns[i]);
	appendStringInfoString(&words, plan->parts > 1 ? ") = " : " = ");
	for (int i = 0; i < plan->parts; i++)
		appendStringInfo(&words, "%s%s", i > 0 ? ", " : "", TextDatumGetCString(key[i]));
	return words.data;
}

static void
check_one_row(const SourcePlan *plan, const Datum *key, uint64 rows)
{
	if (rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("no row of %s has %s", plan->relation, describe_key(plan, key)),
				 errhint("Only committed rows are found.")));
	if (rows > 1)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("several rows of %s have %s", plan->relation, describe_key(plan, key)),
				 errhint("Name key columns that are unique together.")));
}

static void
read_each(ReturnSetInfo *result, SourcePlan *plan, Datum *keys, int count)
{
	Datum		values[SOURCE_KEY_COLUMNS_MAX];

	if (plan->one == NULL)
		plan->one = prepare(plan, false);
	for (int i = 0; i < count; i++)
	{
		for (int part = 0; part < plan->parts; part++)
			values[part] = read_part(plan->key_types[part], keys[i * plan->parts + part]);
		/* Two are as many as any number: the key does not tell which row is meant. */
		put_rows(result, plan->one, values, i + 1, 2);
		check_one_row(plan, keys + i * plan->parts, SPI_processed);
	}
}

static void
read_as_owner(ReturnSetInfo *result, SourcePlan *plan, Oid owner, Datum *keys, int count)
{
	Oid			user;
	int			security;
	int			level = NewGUCNestLevel();

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(owner, security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (count > 1 && plan->parts == 1 && OidIsValid(get_array_type(plan->key_types[0])))
		read_many(result, plan, keys, count);
	else
		read_each(result, plan, keys, count);
	SPI_finish();
	AtEOXact_GUC(false, level);
	SetUserIdAndSecContext(user, security);
}

static void
keep(SourcePlan *plan)
{
	forget(next_plan);
	MemoryContextSetParent(plan->context, TopMemoryContext);
	plans[next_plan] = plan;
	next_plan = (next_plan + 1) % PLANS_MAX;
}

Datum
graincast_source_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *project = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *columns = quote_columns(PG_GETARG_ARRAYTYPE_P(1));
	SourcePlan *plan;
	Datum	   *keys;
	bool	   *nulls;
	int			count;
	Oid			owner;

	InitMaterializedSRF(fcinfo, 0);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT, &keys, &nulls, &count);
	AcceptInvalidationMessages();
	plan = find_plan(project, columns);
	if (plan == NULL)
	{
		plan = create_plan(project, columns);
		owner = check_relation(plan);
		keep(plan);
	}
	else
		owner = check_relation(plan);
	if (count == 0 || count % plan->parts != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d parts are no keys of %d columns", count, plan->parts),
				 errhint("A key has a value for each of the source's key columns.")));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a part of a key is NULL"),
					 errhint("A key has a value for each of the source's key columns.")));
	}
	read_as_owner(result, plan, owner, keys, count / plan->parts);
	return (Datum) 0;
}
