/* pgml.predict_label: the answer of a classification as the label it was trained on. */
#include "prelude.h"

#include "predict.h"

PG_FUNCTION_INFO_V1(graincast_predict_label_project_array);
PG_FUNCTION_INFO_V1(graincast_predict_label_model_array);
PG_FUNCTION_INFO_V1(graincast_predict_label_project_row);
PG_FUNCTION_INFO_V1(graincast_predict_label_model_row);

/* In the order of answers, so that a row costs a search and a copy: names need not be converted to the database's encoding again. */
struct LabelMap
{
	uint32		count;
	struct LabelEntry
	{
		float		answer;
		uint32		place;		/* among the image's labels */
		text	   *name;
	}			entries[FLEXIBLE_ARRAY_MEMBER];
};

static int
compare_entries(const void *a, const void *b)
{
	const struct LabelEntry *left = a;
	const struct LabelEntry *right = b;

	if (left->answer != right->answer)
		return left->answer < right->answer ? -1 : 1;
	return left->place < right->place ? -1 : left->place > right->place;
}

static LabelMap *
create_labels(const gc_model *model)
{
	LabelMap   *labels = palloc(offsetof(LabelMap, entries) + sizeof(struct LabelEntry) * model->labels);

	labels->count = model->labels;
	for (uint32 i = 0; i < model->labels; i++)
	{
		gc_label	label;
		char	   *name;

		gc_label_at(model, i, &label);
		name = pnstrdup(label.name, label.name_bytes);
		labels->entries[i].answer = (float) label.value;
		labels->entries[i].place = i;
		labels->entries[i].name = cstring_to_text(pg_any_to_server(name, label.name_bytes, PG_UTF8));
	}
	qsort(labels->entries, labels->count, sizeof(struct LabelEntry), compare_entries);
	return labels;
}

static const LabelMap *
labels_of(PredictSite *site)
{
	MemoryContext caller;

	if (likely(site->labels != NULL))
		return site->labels;
	if (site->image->model.task != GC_CLASSIFICATION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("only a classification has labels"),
				 errhint("Use pgml.predict, or pgml.decompose for a decomposition.")));
	caller = MemoryContextSwitchTo(site->context);
	site->labels = create_labels(&site->image->model);
	MemoryContextSwitchTo(caller);
	return site->labels;
}

/* NULL for the NaN that features too large for the model's numbers may give. Of labels with one answer the first, as for clients. */
static const text *
find_label(const LabelMap *labels, float answer)
{
	uint32		low = 0;
	uint32		high = labels->count;

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;

		if (labels->entries[middle].answer < answer)
			low = middle + 1;
		else
			high = middle;
	}
	return low < labels->count && labels->entries[low].answer == answer ? labels->entries[low].name : NULL;
}

static Datum
predict_label(FunctionCallInfo fcinfo, bool by_id, bool row)
{
	PredictSite *site = predict_site(fcinfo, by_id);
	const LabelMap *labels = labels_of(site);
	const float *inputs = row ? predict_row_inputs(site, fcinfo) : inputs_from_array(&site->schema, PG_GETARG_ARRAYTYPE_P(1));
	const text *label = find_label(labels, predict_answer(site, inputs));
	text	   *copy;

	if (label == NULL)
		PG_RETURN_NULL();
	copy = palloc(VARSIZE(label));
	memcpy(copy, label, VARSIZE(label));
	PG_RETURN_TEXT_P(copy);
}

Datum
graincast_predict_label_project_array(PG_FUNCTION_ARGS)
{
	return predict_label(fcinfo, false, false);
}

Datum
graincast_predict_label_model_array(PG_FUNCTION_ARGS)
{
	return predict_label(fcinfo, true, false);
}

Datum
graincast_predict_label_project_row(PG_FUNCTION_ARGS)
{
	return predict_label(fcinfo, false, true);
}

Datum
graincast_predict_label_model_row(PG_FUNCTION_ARGS)
{
	return predict_label(fcinfo, true, true);
}
