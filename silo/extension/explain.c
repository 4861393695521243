/* pgml.explain: how far each input moves the scores of a row. */
#include "prelude.h"

#include "metadata.h"
#include "predict.h"

PG_FUNCTION_INFO_V1(graincast_explain_project_array);
PG_FUNCTION_INFO_V1(graincast_explain_model_array);
PG_FUNCTION_INFO_V1(graincast_explain_project_row);
PG_FUNCTION_INFO_V1(graincast_explain_model_row);

static void
check_explains(const gc_model *model)
{
	int			explains = gc_explains(model);
	JsonbValue *algorithm;

	if (explains > 0)
		return;
	if (explains == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the model does not say what its contributions are counted from"),
				 errhint("An earlier release trained it. Train it again.")));
	algorithm = metadata_find(model, "algorithm");
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 algorithm != NULL && algorithm->type == jbvString
			 ? errmsg("a model of algorithm \"%.*s\" has no contributions", algorithm->val.string.len, algorithm->val.string.val)
			 : errmsg("the model has no contributions"),
			 errhint("pgml.explain is for regressions and classifications by linear models and trees, such as linear, lightgbm or random_forest.")));
}

/* Elements of an array column have a subscript. */
static ArrayType *
create_names(const InputSchema *schema)
{
	Datum	   *names = palloc(sizeof(Datum) * schema->model->inputs);

	for (uint32 c = 0; c < schema->model->columns; c++)
	{
		const gc_column *column = &schema->columns[c];
		char	   *name = inputs_column_name(column);

		for (uint32 i = 0; i < column->width; i++)
			names[column->first_input + i] = CStringGetTextDatum(column->width == 1 ? name : psprintf("%s[%u]", name, i + 1));
	}
	return construct_array(names, schema->model->inputs, TEXTOID, -1, false, TYPALIGN_INT);
}

static const ArrayType *
names_of(PredictSite *site)
{
	MemoryContext caller;

	if (site->names == NULL)
	{
		caller = MemoryContextSwitchTo(site->context);
		site->names = create_names(&site->schema);
		MemoryContextSwitchTo(caller);
	}
	return site->names;
}

static void
put_label(const gc_model *model, uint32 output, Datum *value, bool *isnull)
{
	gc_label	label;
	char	   *name;

	*isnull = model->labels == 0;
	if (*isnull)
		return;
	/* One score for two labels is the second's. */
	gc_label_at(model, model->outputs == 1 ? 1 : output, &label);
	name = pnstrdup(label.name, label.name_bytes);
	*value = CStringGetTextDatum(pg_any_to_server(name, label.name_bytes, PG_UTF8));
}

static double
explain_output(const gc_model *model, uint32 output, double *contributions, void *work)
{
	double		base;

	gc_explain_output(model, output, contributions, &base, work);
	while (gc_explain_leaf(model, contributions, &base, work))
		CHECK_FOR_INTERRUPTS();
	return base;
}

static Datum
create_double_array(const double *values, int count)
{
	Datum	   *elements = palloc(sizeof(Datum) * count);

	for (int i = 0; i < count; i++)
		elements[i] = Float8GetDatum(values[i]);
	return PointerGetDatum(construct_array(elements, count, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static Datum
explain(FunctionCallInfo fcinfo, bool by_id, bool row)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	PredictSite *site = predict_site(fcinfo, by_id);
	const gc_model *model = &site->image->model;
	double	   *scores = palloc(sizeof(double) * model->outputs);
	double	   *contributions = palloc(sizeof(double) * model->inputs);
	const float *inputs;
	void	   *work;
	MemoryContext each;
	MemoryContext caller;

	check_explains(model);
	inputs = row ? predict_row_inputs(site, fcinfo) : inputs_from_array(&site->schema, PG_GETARG_ARRAYTYPE_P(1));
	work = MemoryContextAllocHuge(CurrentMemoryContext, gc_explain_work_bytes(model));
	gc_scores(model, inputs, scores, site->work);
	gc_explain_row(model, inputs, work);
	InitMaterializedSRF(fcinfo, 0);
	each = AllocSetContextCreate(CurrentMemoryContext, "graincast explained output", ALLOCSET_DEFAULT_SIZES);
	for (uint32 output = 0; output < model->outputs; output++)
	{
		Datum		values[5] = {0};
		bool		nulls[5] = {0};

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(each);
		caller = MemoryContextSwitchTo(each);
		put_label(model, output, &values[0], &nulls[0]);
		values[1] = Float8GetDatum(scores[output]);
		values[2] = Float8GetDatum(explain_output(model, output, contributions, work));
		values[3] = PointerGetDatum(names_of(site));
		values[4] = create_double_array(contributions, model->inputs);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
		MemoryContextSwitchTo(caller);
	}
	return (Datum) 0;
}

Datum
graincast_explain_project_array(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, false, false);
}

Datum
graincast_explain_model_array(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, true, false);
}

Datum
graincast_explain_project_row(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, false, true);
}

Datum
graincast_explain_model_row(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, true, true);
}
