/* pgml.predict_by_key: the prediction for a row that the silo at the row's node reads. */
#include "prelude.h"

#include "modelcache.h"
#include "silo.h"

PG_FUNCTION_INFO_V1(graincast_predict_by_key);

typedef struct Key
{
	char	  **parts;
	int			count;
} Key;

/* What the key means must not depend on the caller's settings: the silo's session has others. */
static int
set_plain_forms(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("DateStyle", "ISO, YMD", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("IntervalStyle", "postgres", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("extra_float_digits", "3", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return level;
}

static void
add_part(Key *key, Datum value, bool isnull, Oid type)
{
	Oid			output;
	bool		varlena;

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("part %d of the key is NULL", key->count + 1),
				 errhint("A key has a value for each of the source's key columns.")));
	getTypeOutputInfo(type, &output, &varlena);
	key->parts[key->count++] = OidOutputFunctionCall(output, value);
}

static void
add_row(Key *key, HeapTupleHeader row)
{
	TupleDesc	columns = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};

	ItemPointerSetInvalid(&tuple.t_self);
	key->parts = palloc(sizeof(char *) * Max(columns->natts, 1));
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(columns, i);
		bool		isnull;
		Datum		value;

		if (attribute->attisdropped)
			continue;
		value = heap_getattr(&tuple, i + 1, columns, &isnull);
		add_part(key, value, isnull, attribute->atttypid);
	}
	ReleaseTupleDesc(columns);
}

static Key
read_key(FunctionCallInfo fcinfo)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 1);
	Key			key = {0};
	int			level = set_plain_forms();

	if (type_is_rowtype(type))
		add_row(&key, PG_GETARG_HEAPTUPLEHEADER(1));
	else
	{
		key.parts = palloc(sizeof(char *));
		add_part(&key, PG_GETARG_DATUM(1), false, type);
	}
	AtEOXact_GUC(true, level);
	return key;
}

static void
check_may_use(const char *project)
{
	CatalogModel model;

	if (!modelcache_find_project(project, &model))
		catalog_raise_unknown_project(project);
	catalog_check_right(&model, GetUserId(), CATALOG_PREDICT);
}

Datum
graincast_predict_by_key(PG_FUNCTION_ARGS)
{
	char	   *project = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Key			key = read_key(fcinfo);
	StringInfoData frame;
	WireReader	reply;
	uint32		bits;
	float4		answer;

	check_may_use(project);
	initStringInfo(&frame);
	wire_begin(&frame, WIRE_PREDICT_BY_KEY, silo_next_stream());
	wire_put_server_text(&frame, GetUserNameFromId(GetUserId(), false));
	wire_put_server_text(&frame, project);
	wire_put_u16(&frame, (uint16) key.count);
	for (int i = 0; i < key.count; i++)
		wire_put_server_text(&frame, key.parts[i]);
	wire_end(&frame);
	reply = silo_call(&frame, WIRE_PREDICTED, graincast_timeout_ms, true);
	bits = wire_get_u32(&reply);
	silo_replied(&reply);
	memcpy(&answer, &bits, sizeof(answer));
	PG_RETURN_FLOAT4(answer);
}
