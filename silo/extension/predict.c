/* pgml.predict, predict_joint, predict_proba, predict_batch, decompose, deployed_model. */
#include "prelude.h"

#include "predict.h"

PG_FUNCTION_INFO_V1(graincast_predict_project_array);
PG_FUNCTION_INFO_V1(graincast_predict_model_array);
PG_FUNCTION_INFO_V1(graincast_predict_project_row);
PG_FUNCTION_INFO_V1(graincast_predict_model_row);
PG_FUNCTION_INFO_V1(graincast_predict_proba_project);
PG_FUNCTION_INFO_V1(graincast_predict_proba_model);
PG_FUNCTION_INFO_V1(graincast_predict_batch_project);
PG_FUNCTION_INFO_V1(graincast_predict_batch_model);
PG_FUNCTION_INFO_V1(graincast_predict_joint_project_array);
PG_FUNCTION_INFO_V1(graincast_predict_joint_model_array);
PG_FUNCTION_INFO_V1(graincast_predict_joint_project_row);
PG_FUNCTION_INFO_V1(graincast_predict_joint_model_row);
PG_FUNCTION_INFO_V1(graincast_decompose);
PG_FUNCTION_INFO_V1(graincast_deployed_model);

void
predict_check_model(const gc_model *model)
{
	if (unlikely(model->task == GC_DECOMPOSITION))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a decomposition has no prediction"),
				 errhint("Use pgml.decompose.")));
}

static Datum
predict_array(FunctionCallInfo fcinfo, bool by_id)
{
	PredictSite *site = predict_site(fcinfo, by_id);

	predict_check_model(&site->image->model);
	PG_RETURN_FLOAT4(predict_answer(site, inputs_from_array(&site->schema, PG_GETARG_ARRAYTYPE_P(1))));
}

Datum
graincast_predict_project_array(PG_FUNCTION_ARGS)
{
	return predict_array(fcinfo, false);
}

Datum
graincast_predict_model_array(PG_FUNCTION_ARGS)
{
	return predict_array(fcinfo, true);
}

static Datum
predict_row(FunctionCallInfo fcinfo, bool by_id)
{
	PredictSite *site = predict_site(fcinfo, by_id);

	predict_check_model(&site->image->model);
	PG_RETURN_FLOAT4(predict_answer(site, predict_row_inputs(site, fcinfo)));
}

Datum
graincast_predict_project_row(PG_FUNCTION_ARGS)
{
	return predict_row(fcinfo, false);
}

Datum
graincast_predict_model_row(PG_FUNCTION_ARGS)
{
	return predict_row(fcinfo, true);
}

static ArrayType *
create_real_array(const float *values, int count)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(count, 1));

	for (int i = 0; i < count; i++)
		elements[i] = Float4GetDatum(values[i]);
	return construct_array(elements, count, FLOAT4OID, sizeof(float4), true, TYPALIGN_INT);
}

static Datum
predict_joint(FunctionCallInfo fcinfo, bool by_id, bool row)
{
	PredictSite *site = predict_site(fcinfo, by_id);
	const gc_model *model = &site->image->model;
	const float *inputs;
	float	   *out;

	predict_check_model(&site->image->model);
	inputs = row ? predict_row_inputs(site, fcinfo) : inputs_from_array(&site->schema, PG_GETARG_ARRAYTYPE_P(1));
	out = palloc(sizeof(float) * model->answers);
	if (site->external)
		out[0] = predict_answer(site, inputs);
	else
		gc_predict_joint(model, inputs, out, site->work);
	PG_RETURN_ARRAYTYPE_P(create_real_array(out, model->answers));
}

Datum
graincast_predict_joint_project_array(PG_FUNCTION_ARGS)
{
	return predict_joint(fcinfo, false, false);
}

Datum
graincast_predict_joint_model_array(PG_FUNCTION_ARGS)
{
	return predict_joint(fcinfo, true, false);
}

Datum
graincast_predict_joint_project_row(PG_FUNCTION_ARGS)
{
	return predict_joint(fcinfo, false, true);
}

Datum
graincast_predict_joint_model_row(PG_FUNCTION_ARGS)
{
	return predict_joint(fcinfo, true, true);
}

static Datum
predict_proba(FunctionCallInfo fcinfo, bool by_id)
{
	PredictSite *site = predict_site(fcinfo, by_id);
	const gc_model *model = &site->image->model;
	float	   *out;

	if (model->task != GC_CLASSIFICATION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("only a classification has probabilities"),
				 errhint("Use pgml.predict, or pgml.decompose for a decomposition.")));
	out = palloc(sizeof(float) * Max(model->labels, 1));
	predict_probabilities(site, inputs_from_array(&site->schema, PG_GETARG_ARRAYTYPE_P(1)), out);
	PG_RETURN_ARRAYTYPE_P(create_real_array(out, model->labels));
}

Datum
graincast_predict_proba_project(PG_FUNCTION_ARGS)
{
	return predict_proba(fcinfo, false);
}

Datum
graincast_predict_proba_model(PG_FUNCTION_ARGS)
{
	return predict_proba(fcinfo, true);
}

static float *
predict_batch(FunctionCallInfo fcinfo, bool by_id, int *rows)
{
	PredictSite *site = predict_site(fcinfo, by_id);
	float	   *inputs;
	float	   *out;

	predict_check_model(&site->image->model);
	inputs = inputs_from_rows(&site->schema, PG_GETARG_ARRAYTYPE_P(1), rows);
	image_count_rows(site->image, *rows);
	out = palloc(sizeof(float) * Max(*rows, 1));
	predict_answers(site->image, inputs, *rows, out, site->work);
	return out;
}

Datum
graincast_predict_batch_project(PG_FUNCTION_ARGS)
{
	int			rows;
	float	   *out = predict_batch(fcinfo, false, &rows);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < rows; i++)
	{
		Datum		value = Float4GetDatum(out[i]);
		bool		isnull = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
	}
	return (Datum) 0;
}

Datum
graincast_predict_batch_model(PG_FUNCTION_ARGS)
{
	int			rows;
	float	   *out = predict_batch(fcinfo, true, &rows);

	PG_RETURN_ARRAYTYPE_P(create_real_array(out, rows));
}

Datum
graincast_decompose(PG_FUNCTION_ARGS)
{
	PredictSite *site = predict_site(fcinfo, false);
	const gc_model *model = &site->image->model;
	double	   *scores;
	float	   *out;

	if (model->task != GC_DECOMPOSITION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("project \"%s\" is no decomposition", site->project),
				 errhint("Use pgml.predict.")));
	scores = palloc(sizeof(double) * Max(model->outputs, 1));
	out = palloc(sizeof(float) * Max(model->outputs, 1));
	gc_scores(model, inputs_from_array(&site->schema, PG_GETARG_ARRAYTYPE_P(1)), scores, site->work);
	for (uint32 i = 0; i < model->outputs; i++)
		out[i] = (float) scores[i];
	PG_RETURN_ARRAYTYPE_P(create_real_array(out, model->outputs));
}

Datum
graincast_deployed_model(PG_FUNCTION_ARGS)
{
	ModelName	name = {.project = text_to_cstring(PG_GETARG_TEXT_PP(0))};

	PG_RETURN_INT64(resolve_model_id(&name));
}
