/*
 * pgml.source_rows: how a silo reads rows of a feature source.
 *
 * A relation may run code of whoever made it: a view's functions, an operator, a cast. So the rows are read as the relation's owner, in an operation that is
 * restricted as that of a materialized view's refresh is, and never as the silo's role, which owns the silos' keys and may read what others granted to it.
 */
#include "prelude.h"

#include "modelcache.h"
#include "sourceplan.h"
#include "storage/lock.h"

PG_FUNCTION_INFO_V1(graincast_source_rows);

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
		plan->many = source_prepare(plan, true);
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
		plan->one = source_prepare(plan, false);
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
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	PG_TRY();
	{
		if (count > 1 && plan->parts == 1 && OidIsValid(get_array_type(plan->key_types[0])))
			read_many(result, plan, keys, count);
		else
			read_each(result, plan, keys, count);
	}
	PG_FINALLY();
	{
		/* What code of the relation may have taken would stay with the silo's session. */
		LockReleaseSession(USER_LOCKMETHOD);
	}
	PG_END_TRY();
	SPI_finish();
	AtEOXact_GUC(false, level);
	SetUserIdAndSecContext(user, security);
}

Datum
graincast_source_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *project = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int64		source_id = PG_GETARG_INT64(1);
	char	   *columns;
	SourcePlan *plan;
	Datum	   *keys;
	bool	   *nulls;
	int			count;
	Oid			owner;

	/* Called by code of a relation that is being read: it could free the plan that reads it. */
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("pgml.source_rows cannot be called within a security-restricted operation"),
				 errhint("Only silos call it: use pgml.predict_by_key.")));
	InitMaterializedSRF(fcinfo, 0);
	columns = source_quote_columns(PG_GETARG_ARRAYTYPE_P(2));
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(3), TEXTOID, -1, false, TYPALIGN_INT, &keys, &nulls, &count);
	AcceptInvalidationMessages();
	plan = source_find_plan(project, columns);
	if (plan == NULL)
	{
		plan = source_create_plan(project, columns);
		owner = source_check_relation(plan);
		source_keep_plan(plan);
	}
	else
		owner = source_check_relation(plan);
	if (plan->id != source_id)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("the feature source of project \"%s\" was changed during the call", project),
				 errhint("Try again.")));
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
