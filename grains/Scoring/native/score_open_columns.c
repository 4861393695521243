/* Opening an image: columns, their categories and the labels. */
#include "score_image.h"

#include <math.h>
#include <string.h>

/* Postgres takes these texts as they are, so they must be UTF-8 (shortest forms, no surrogates) without a zero byte. */
int
gc_check_utf8(gc_check *check, const char *what, const uint8_t *text, uint64_t size_bytes)
{
	uint64_t i = 0;

	while (i < size_bytes)
	{
		uint32_t lead = text[i++];
		uint32_t more = lead < 0x80 ? 0 : lead < 0xc2 ? 4 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 4;
		uint32_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
		uint32_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;

		if (lead == 0 || more == 4 || more > size_bytes - i)
			return gc_refuse(check, "%s of the image is not UTF-8.", what);
		for (; more > 0; more--, i++)
		{
			if (text[i] < low || text[i] > high)
				return gc_refuse(check, "%s of the image is not UTF-8.", what);
			low = 0x80;
			high = 0xbf;
		}
	}
	return 0;
}

/* Texts lie end to end and are never shared: shared ones could make the reading of a small hostile image take hours. */
int
gc_check_text(gc_check *check, const char *what, uint32_t offset, uint32_t size_bytes)
{
	const uint8_t *strings = check->model->section[GC_SECTION_STRINGS];
	uint64_t strings_bytes = check->model->section_bytes[GC_SECTION_STRINGS];

	if (offset != check->text_end || size_bytes > strings_bytes - offset)
		return gc_refuse(check, "%s of the image does not follow the text before it.", what);
	check->text_end += size_bytes;
	return gc_check_utf8(check, what, strings + offset, size_bytes);
}

/* Length first only when one text begins the other: the order that gc_category searches in. */
static int
compare_texts(const uint8_t *strings, const gc_category_record *a, const gc_category_record *b)
{
	uint32_t shared = a->text_bytes < b->text_bytes ? a->text_bytes : b->text_bytes;
	int order = memcmp(strings + a->text_offset, strings + b->text_offset, shared);

	return order != 0 ? order : (a->text_bytes > b->text_bytes) - (a->text_bytes < b->text_bytes);
}

static int
check_categories(gc_check *check, const gc_column_record *column)
{
	const uint8_t *strings = check->model->section[GC_SECTION_STRINGS];
	const gc_category_record *categories = check->model->section[GC_SECTION_CATEGORIES];

	categories += column->first_category;
	for (uint32_t i = 0; i < column->categories; i++)
	{
		if (gc_check_text(check, "A category", categories[i].text_offset, categories[i].text_bytes) != 0)
			return -1;
		if (!isfinite(categories[i].value))
			return gc_refuse(check, "The value of category %u of the image is not finite.", i);
		if (categories[i].sorted >= column->categories)
			return gc_refuse(check, "The order of the categories of the image names category %u of %u.",
							 categories[i].sorted, column->categories);
	}
	/* Strictly ascending also proves that the order names each category once. */
	for (uint32_t i = 1; i < column->categories; i++)
		if (compare_texts(strings, &categories[categories[i - 1].sorted], &categories[categories[i].sorted]) >= 0)
			return gc_refuse(check, "The categories of the image are not in ascending order at place %u.", i);
	return 0;
}

static int
check_fill(gc_check *check, const gc_column_record *column)
{
	const float *fill = check->model->section[GC_SECTION_INPUTS];

	for (uint32_t i = column->first_input; i < column->first_input + column->width; i++)
	{
		if (isnan(fill[i]))
			continue;
		if ((column->missing == GC_MISSING_ERROR && column->kind == GC_NUMBER) || !isfinite(fill[i]))
			return gc_refuse(check, "The fill of input %u of the image is impossible.", i);
		if (column->kind == GC_TEXT &&
			!(fill[i] >= 0 && fill[i] < (float) column->categories && fill[i] == floorf(fill[i])))
			return gc_refuse(check, "The fill of input %u of the image is no category.", i);
	}
	return 0;
}

static int
check_scale(gc_check *check, const gc_column_record *column)
{
	const gc_scale_record *scales = check->model->section[GC_SECTION_FEATURES];

	for (uint32_t i = column->first_feature; i < column->first_feature + column->features; i++)
	{
		if (!isfinite(scales[i].center) || !isfinite(scales[i].scale))
			return gc_refuse(check, "The scaling of feature %u of the image is not finite.", i);
		if (!column->scaled && (scales[i].center != 0 || scales[i].scale != 1))
			return gc_refuse(check, "Feature %u of the image is scaled and its column is not.", i);
	}
	return 0;
}

static int
check_shape(gc_check *check, const gc_column_record *column, uint32_t number)
{
	int good = column->missing <= GC_MISSING_FILL && column->scaled <= 1;

	if (column->kind == GC_NUMBER)
		good = good && column->encoder == GC_ENCODE_NONE && column->categories == 0 && column->width >= 1 &&
			column->features == column->width;
	else if (column->kind == GC_TEXT)
		good = good && column->width == 1 && column->categories <= GC_MAX_CATEGORIES &&
			((column->encoder == GC_ENCODE_VALUE && column->features == 1) ||
			 (column->encoder == GC_ENCODE_ONE_HOT && column->features == column->categories));
	else
		good = 0;
	return good ? 0 : gc_refuse(check, "Column %u of the image has an impossible shape.", number);
}

int
gc_check_columns(gc_check *check)
{
	const gc_model *model = check->model;
	const gc_column_record *columns = model->section[GC_SECTION_COLUMNS];
	uint64_t category_count = model->section_bytes[GC_SECTION_CATEGORIES] / sizeof(gc_category_record);
	uint64_t inputs = 0;
	uint64_t features = 0;
	uint64_t categories = 0;
	int scaled = 0;
	int prepared = 0;

	if (model->section_bytes[GC_SECTION_COLUMNS] != (uint64_t) model->columns * sizeof(gc_column_record) ||
		model->section_bytes[GC_SECTION_INPUTS] != (uint64_t) model->inputs * sizeof(float) ||
		model->section_bytes[GC_SECTION_CATEGORIES] % sizeof(gc_category_record) != 0)
		return gc_refuse(check, "The image's columns, inputs or categories do not have the size that its header names.");
	if (model->section_bytes[GC_SECTION_FEATURES] != 0 &&
		model->section_bytes[GC_SECTION_FEATURES] != (uint64_t) model->features * sizeof(gc_scale_record))
		return gc_refuse(check, "The image's features do not have the size that its header names.");
	for (uint32_t i = 0; i < model->columns; i++)
	{
		const gc_column_record *column = &columns[i];

		if (gc_check_text(check, "A column's name", column->name_offset, column->name_bytes) != 0 ||
			check_shape(check, column, i) != 0)
			return -1;
		if (column->first_input != inputs || column->width > model->inputs - inputs ||
			column->first_feature != features || column->features > model->features - features ||
			column->first_category != categories || column->categories > category_count - categories)
			return gc_refuse(check, "Column %u of the image does not begin where the one before ends.", i);
		if (column->scaled && model->section_bytes[GC_SECTION_FEATURES] == 0)
			return gc_refuse(check, "Column %u of the image is scaled and the image has no scaling.", i);
		if (check_categories(check, column) != 0 || check_fill(check, column) != 0 ||
			(model->section_bytes[GC_SECTION_FEATURES] != 0 && check_scale(check, column) != 0))
			return -1;
		inputs += column->width;
		features += column->features;
		categories += column->categories;
		scaled |= column->scaled != 0;
		prepared |= column->scaled || column->missing == GC_MISSING_FILL || column->encoder != GC_ENCODE_NONE;
	}
	if (inputs != model->inputs || features != model->features || categories != category_count)
		return gc_refuse(check, "The image's columns have %llu inputs, %llu features and %llu categories; others are named.",
						 (unsigned long long) inputs, (unsigned long long) features, (unsigned long long) categories);
	if (scaled != (model->section_bytes[GC_SECTION_FEATURES] != 0) ||
		prepared != (int) (gc_header_of(model)->flags & GC_FLAG_PREPARE))
		return gc_refuse(check, "The image's header contradicts its columns.");
	check->schema_text_end = check->text_end;
	return 0;
}

int
gc_check_labels(gc_check *check)
{
	const gc_model *model = check->model;
	const gc_label_record *labels = model->section[GC_SECTION_LABELS];

	if (model->section_bytes[GC_SECTION_LABELS] != (uint64_t) model->labels * sizeof(gc_label_record))
		return gc_refuse(check, "The image's labels do not have the size that its header names.");
	for (uint32_t i = 0; i < model->labels; i++)
	{
		if (gc_check_text(check, "A label", labels[i].text_offset, labels[i].text_bytes) != 0)
			return -1;
		if (!isfinite(labels[i].value))
			return gc_refuse(check, "The value of label %u of the image is not finite.", i);
	}
	if (check->text_end != model->section_bytes[GC_SECTION_STRINGS])
		return gc_refuse(check, "The image has text that nothing names.");
	return 0;
}
