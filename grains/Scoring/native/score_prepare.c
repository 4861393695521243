/* From a row's inputs to the learner's features: fill, encode, scale. */
#include "score_image.h"

#include <math.h>
#include <string.h>

#define GC_NO_CATEGORY UINT32_MAX

/* A caller's numbers are not trusted: what is no category's number counts as missing. */
static uint32_t
category_number(const gc_column_record *column, float input, float fill)
{
	if (!(input >= 0 && input < (float) column->categories && input == floorf(input)))
		input = fill;
	return isnan(input) ? GC_NO_CATEGORY : (uint32_t) input;
}

static void
encode(const gc_model *model, const gc_column_record *column, const float *inputs, float *features)
{
	const float *fill = (const float *) model->section[GC_SECTION_INPUTS] + column->first_input;
	const gc_category_record *categories = model->section[GC_SECTION_CATEGORIES];
	uint32_t number;

	if (column->encoder == GC_ENCODE_NONE)
	{
		for (uint32_t i = 0; i < column->width; i++)
			features[i] = isnan(inputs[i]) ? fill[i] : inputs[i];
		return;
	}
	number = category_number(column, inputs[0], fill[0]);
	if (column->encoder == GC_ENCODE_VALUE)
	{
		features[0] = number == GC_NO_CATEGORY ? NAN : categories[column->first_category + number].value;
		return;
	}
	memset(features, 0, column->features * sizeof(float));
	if (number != GC_NO_CATEGORY)
		features[number] = 1;
}

const float *
gc_prepare(const gc_model *model, const float *inputs, float *buffer)
{
	const gc_column_record *columns = model->section[GC_SECTION_COLUMNS];
	const gc_scale_record *scales = model->section[GC_SECTION_FEATURES];

	if ((gc_header_of(model)->flags & GC_FLAG_PREPARE) == 0)
		return inputs;
	for (uint32_t i = 0; i < model->columns; i++)
	{
		const gc_column_record *column = &columns[i];

		encode(model, column, inputs + column->first_input, buffer + column->first_feature);
		if (!column->scaled)
			continue;
		for (uint32_t j = column->first_feature; j < column->first_feature + column->features; j++)
			buffer[j] = (float) (((double) buffer[j] - scales[j].center) * scales[j].scale);
	}
	return buffer;
}
