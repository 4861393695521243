/* pgml.feature_importance: what the training wrote into the image about how much each column weighs. */
#include "prelude.h"

#include "inputs.h"
#include "metadata.h"
#include "resolve.h"

PG_FUNCTION_INFO_V1(graincast_feature_importance_project);
PG_FUNCTION_INFO_V1(graincast_feature_importance_model);

static void
raise_none(const gc_model *model)
{
	bool		supervised = model->task == GC_REGRESSION || model->task == GC_CLASSIFICATION;
	size_t		external_bytes;

	if (gc_external(model, &external_bytes) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("an ONNX model has no feature importances"),
				 errhint("Ask the library that the file was made by.")));
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 supervised ? errmsg("the model was trained without feature importances")
			 : errmsg("only a regression or classification has feature importances"),
			 supervised ? errhint("Train it again.") : errhint("Train one on the same relation.")));
}

/* The array of shares in the metadata. */
static JsonbContainer *
find_shares(const gc_model *model)
{
	JsonbValue *shares = metadata_find(model, "feature_importance");

	if (shares == NULL || shares->type != jbvBinary || !JsonContainerIsArray(shares->val.binary.data)
		|| JsonContainerSize(shares->val.binary.data) != model->columns)
		raise_none(model);
	return shares->val.binary.data;
}

static Datum
feature_importance(FunctionCallInfo fcinfo, const ModelName *name)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	const gc_model *model = &resolve_image(name)->model;
	JsonbContainer *shares = find_shares(model);

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < model->columns; i++)
	{
		JsonbValue *share = getIthJsonbValueFromContainer(shares, i);
		gc_column	column;
		Datum		values[2];
		bool		nulls[2] = {0};

		if (share->type != jbvNumeric)
			raise_none(model);
		gc_column_at(model, i, &column);
		values[0] = CStringGetTextDatum(inputs_column_name(&column));
		values[1] = DirectFunctionCall1(numeric_float8, NumericGetDatum(share->val.numeric));
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}

Datum
graincast_feature_importance_project(PG_FUNCTION_ARGS)
{
	ModelName	name = {.project = text_to_cstring(PG_GETARG_TEXT_PP(0))};

	return feature_importance(fcinfo, &name);
}

Datum
graincast_feature_importance_model(PG_FUNCTION_ARGS)
{
	ModelName	name = {.model_id = PG_GETARG_INT64(0)};

	return feature_importance(fcinfo, &name);
}
