/* Plans that read feature sources: see sourceplan.h. */
#include "prelude.h"

#include "catalog.h"
#include "modelcache.h"
#include "source.h"
#include "sourceplan.h"
#include "catalog/pg_class.h"
#include "catalog/pg_operator.h"
#include "utils/syscache.h"

#define PLANS_MAX 64

static SourcePlan *plans[PLANS_MAX];
static int	next_plan;

char *
source_quote_columns(ArrayType *names)
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

SourcePlan *
source_find_plan(const char *project, const char *columns)
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
SourcePlan *
source_create_plan(const char *project, const char *columns)
{
	static CatalogStatement statement = {
		"SELECT s.relation_name, s.owner::pg_catalog.text, s.key_columns, s.reader::pg_catalog.text, s.id FROM pgml.sources s JOIN pgml.projects p ON p.id = s.project_id WHERE p.name = $1", 1, {TEXTOID}
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
	/* The statement's own may be older than a message that was consumed, and the plan would be kept as current. */
	modelcache_push_latest_snapshot();
	if (catalog_run(&statement, values, NULL, true) == 0)
		raise_no_source(project);
	PopActiveSnapshot();
	plan->id = catalog_int64(5);
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
Oid
source_check_relation(SourcePlan *plan)
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

/* By its schema: what the owner's or anybody's search_path holds must not be taken for it. */
static char *
equality_of(Oid type)
{
	Oid			operator = lookup_type_cache(getBaseType(type), TYPECACHE_EQ_OPR)->eq_opr;
	HeapTuple	tuple = OidIsValid(operator) ? SearchSysCache1(OPEROID, ObjectIdGetDatum(operator)) : NULL;
	char	   *sql;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("type %s of a key column has no equality", format_type_be(type)),
				 errhint("Name key columns whose values can be compared.")));
	sql = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(((Form_pg_operator) GETSTRUCT(tuple))->oprnamespace)),
				   NameStr(((Form_pg_operator) GETSTRUCT(tuple))->oprname));
	ReleaseSysCache(tuple);
	return sql;
}

SPIPlanPtr
source_prepare(SourcePlan *plan, bool many)
{
	StringInfoData sql;
	Oid			types[SOURCE_KEY_COLUMNS_MAX];
	SPIPlanPtr	prepared;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT %s::pg_catalog.text%s FROM %s WHERE ", quote_identifier(plan->key_columns[0]), plan->columns, plan->relation);
	for (int i = 0; i < plan->parts; i++)
	{
		types[i] = many ? get_array_type(plan->key_types[i]) : plan->key_types[i];
		appendStringInfo(&sql, many ? "%s%s %s ANY ($%d)" : "%s%s %s $%d", i > 0 ? " AND " : "", quote_identifier(plan->key_columns[i]),
						 equality_of(plan->key_types[i]), i + 1);
	}
	prepared = SPI_prepare(sql.data, plan->parts, types);
	if (prepared == NULL || SPI_keepplan(prepared) != 0)
		elog(ERROR, "could not prepare \"%s\": %s", sql.data, SPI_result_code_string(SPI_result));
	return prepared;
}

void
source_keep_plan(SourcePlan *plan)
{
	forget(next_plan);
	MemoryContextSetParent(plan->context, TopMemoryContext);
	plans[next_plan] = plan;
	next_plan = (next_plan + 1) % PLANS_MAX;
}
