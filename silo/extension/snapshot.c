/* pgml.snapshot: what a training would be on (relation, label, split, columns), written down without training. */
#include "prelude.h"

#include <math.h>

#include "train.h"
#include "catalog.h"

PG_FUNCTION_INFO_V1(graincast_snapshot);

static void
raise_null(const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s of pgml.snapshot must not be NULL", argument),
			 errhint("Call pgml.snapshot('a_table', 'its_label_column').")));
}

static void
check_test_size(float4 test_size)
{
	if (!isfinite(test_size) || test_size < 0 || (test_size > 1 && test_size != floorf(test_size)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("test_size must be a fraction of the rows or a whole number of rows, not %g", test_size),
				 errhint("Up to 1 it is a fraction of the rows, above 1 a number of rows.")));
}

static bool
is_feature(const TrainRelation *relation, const char *name, int bytes)
{
	for (int i = 0; i < relation->count; i++)
	{
		const TrainColumn *column = &relation->columns[i];

		if (!column->label && strlen(column->name) == bytes && memcmp(column->name, name, bytes) == 0)
			return true;
	}
	return false;
}

/* That it names features of the relation; what is said of them is for the training to judge. */
static void
check_preprocess(Jsonb *preprocess, const TrainRelation *relation)
{
	JsonbIterator *iterator = JsonbIteratorInit(&preprocess->root);
	JsonbIteratorToken token;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(preprocess))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("preprocess of pgml.snapshot is no JSON object"),
				 errhint("Write {\"column\": {\"impute\": \"mean\"}}.")));
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY && !is_feature(relation, value.val.string.val, value.val.string.len))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("preprocess names \"%.*s\", which is no feature of %s", value.val.string.len, value.val.string.val, relation->qualified),
					 errhint("Features are all columns of the relation but y_column_name.")));
	}
}

static char *
sampling_label(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		raise_null("test_sampling");
	return DatumGetCString(DirectFunctionCall1(enum_out, PG_GETARG_DATUM(argument)));
}

/* No label, as for clustering: y_column_name NULL. */
Datum
graincast_snapshot(PG_FUNCTION_ARGS)
{
	TrainRequest request = {.task = "", .preprocess = "{}", .test_size = 0.25f};
	TrainRelation relation = {0};
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	CatalogAccess access;
	Datum		values[2] = {0};
	bool		nulls[2] = {0};

	catalog_begin_write("pgml.snapshot()");
	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		raise_null("relation_name");
	request.relation = text_to_cstring(PG_GETARG_TEXT_PP(0));
	request.labels = PG_ARGISNULL(1) ? NIL : list_make1(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	if (!PG_ARGISNULL(2))
		request.test_size = PG_GETARG_FLOAT4(2);
	request.sampling = sampling_label(fcinfo, 3);
	check_test_size(request.test_size);
	train_describe(&request, &relation);
	train_check_select(&relation, GetUserId());
	if (!PG_ARGISNULL(4))
	{
		check_preprocess(PG_GETARG_JSONB_P(4), &relation);
		request.preprocess = DatumGetCString(DirectFunctionCall1(jsonb_out, PG_GETARG_DATUM(4)));
	}
	catalog_enter(&access);
	(void) train_add_snapshot(&request, &relation);
	catalog_leave(&access);

	values[0] = CStringGetTextDatum(relation.qualified);
	nulls[1] = request.labels == NIL;
	values[1] = request.labels != NIL ? CStringGetTextDatum(linitial(request.labels)) : 0;
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	return (Datum) 0;
}
