/* What an open model says about itself: its name, columns, labels and categories. */
#include "score_image.h"

#include <math.h>
#include <string.h>

static const char *
text_at(const gc_model *model, uint32_t offset)
{
	return (const char *) model->section[GC_SECTION_STRINGS] + offset;
}

const uint8_t *
gc_sha256(const gc_model *model)
{
	return gc_header_of(model)->sha256;
}

const char *
gc_metadata(const gc_model *model, size_t *bytes)
{
	*bytes = model->section_bytes[GC_SECTION_METADATA];
	return model->section[GC_SECTION_METADATA];
}

const void *
gc_external(const gc_model *model, size_t *bytes)
{
	*bytes = model->section_bytes[GC_SECTION_EXTERNAL];
	return model->learner == GC_EXTERNAL ? model->section[GC_SECTION_EXTERNAL] : NULL;
}

void
gc_column_at(const gc_model *model, uint32_t column, gc_column *out)
{
	const gc_column_record *record = (const gc_column_record *) model->section[GC_SECTION_COLUMNS] + column;
	const float *fill = (const float *) model->section[GC_SECTION_INPUTS] + record->first_input;

	*out = (gc_column) {
		.name = text_at(model, record->name_offset),
		.name_bytes = record->name_bytes,
		.kind = record->kind,
		.missing = record->missing,
		.unknown = record->encoder == GC_ENCODE_VALUE && isnan(fill[0]) && model->learner != GC_TREES ? GC_MISSING_ERROR : GC_MISSING_FILL,
		.first_input = record->first_input,
		.width = record->width,
	};
}

void
gc_label_at(const gc_model *model, uint32_t label, gc_label *out)
{
	const gc_label_record *record = (const gc_label_record *) model->section[GC_SECTION_LABELS] + label;

	*out = (gc_label) {
		.name = text_at(model, record->text_offset),
		.name_bytes = record->text_bytes,
		.value = record->value,
	};
}

float
gc_category(const gc_model *model, uint32_t column, const char *text, size_t text_bytes)
{
	const gc_column_record *record = (const gc_column_record *) model->section[GC_SECTION_COLUMNS] + column;
	const gc_category_record *categories = model->section[GC_SECTION_CATEGORIES];
	uint32_t low = 0;
	uint32_t high = record->categories;

	categories += record->first_category;
	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;
		uint32_t number = categories[middle].sorted;
		size_t known_bytes = categories[number].text_bytes;
		int order = memcmp(text, text_at(model, categories[number].text_offset),
						   text_bytes < known_bytes ? text_bytes : known_bytes);

		if (order == 0)
			order = (text_bytes > known_bytes) - (text_bytes < known_bytes);
		if (order == 0)
			return (float) number;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NAN;
}
