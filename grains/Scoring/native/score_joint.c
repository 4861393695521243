/*
 * Joint models: several labels learnt together. The image is that of the first label; a section of it holds those of the others, whole, one after another.
 */
#include "score_image.h"

#include <string.h>

/* What a caller passes must mean the same to every label: columns, fills, scales, categories and their texts. */
static int
is_same_schema(const gc_model *model, const gc_model *other, uint64_t text_bytes)
{
	static const enum gc_section_number sections[] = {GC_SECTION_COLUMNS, GC_SECTION_INPUTS, GC_SECTION_FEATURES, GC_SECTION_CATEGORIES};

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
	{
		uint64_t size_bytes = model->section_bytes[sections[i]];

		if (other->section_bytes[sections[i]] != size_bytes || memcmp(other->section[sections[i]], model->section[sections[i]], size_bytes) != 0)
			return 0;
	}
	return other->task == model->task && other->section_bytes[GC_SECTION_STRINGS] >= text_bytes &&
		memcmp(other->section[GC_SECTION_STRINGS], model->section[GC_SECTION_STRINGS], text_bytes) == 0;
}

static int
check_label(gc_check *check, const uint8_t *image, uint64_t rest_bytes)
{
	gc_model *model = check->model;
	const gc_header *header = (const gc_header *) (const void *) image;
	uint32_t number = model->answers + 1;
	gc_model other;
	char message[256];

	if (rest_bytes < sizeof(gc_header) || header->size_bytes > rest_bytes)
		return gc_refuse(check, "The image of label %u ends behind the joint image.", number);
	/* Before it is opened: one level, so that no image makes the check go deep. */
	if (header->table[GC_SECTION_JOINT].size_bytes != 0)
		return gc_refuse(check, "The image of label %u is joint itself.", number);
	if (header->learner == GC_EXTERNAL)
		return gc_refuse(check, "The image of label %u is of a model that others score.", number);
	if (gc_open(image, header->size_bytes, &other, message, sizeof(message)) != 0)
		return gc_refuse(check, "Label %u: %s", number, message);
	if (!is_same_schema(model, &other, check->schema_text_end))
		return gc_refuse(check, "Label %u has another task or other columns than the first.", number);
	model->answers = number;
	return 0;
}

int
gc_check_joint(gc_check *check)
{
	gc_model *model = check->model;
	const uint8_t *image = model->section[GC_SECTION_JOINT];
	uint64_t rest_bytes = model->section_bytes[GC_SECTION_JOINT];

	if (rest_bytes == 0)
		return 0;
	if (model->task != GC_REGRESSION && model->task != GC_CLASSIFICATION)
		return gc_refuse(check, "Task %u has no labels to be learnt together.", model->task);
	while (rest_bytes > 0)
	{
		uint64_t size_bytes;

		if (check_label(check, image, rest_bytes) != 0)
			return -1;
		size_bytes = ((const gc_header *) (const void *) image)->size_bytes;
		image += size_bytes;
		rest_bytes -= size_bytes;
	}
	return 0;
}

size_t
gc_joint_work_bytes(const gc_model *model)
{
	const uint8_t *image = model->section[GC_SECTION_JOINT];
	size_t most_bytes = 0;

	for (uint32_t i = 1; i < model->answers; i++)
	{
		gc_model other;
		size_t size_bytes;

		gc_describe(&other, image);
		size_bytes = gc_work_bytes(&other);
		if (size_bytes > most_bytes)
			most_bytes = size_bytes;
		image += other.size_bytes;
	}
	return most_bytes;
}

void
gc_predict_joint(const gc_model *model, const float *inputs, float *out, void *work)
{
	const uint8_t *image = model->section[GC_SECTION_JOINT];

	out[0] = gc_predict(model, inputs, work);
	for (uint32_t i = 1; i < model->answers; i++)
	{
		gc_model other;

		gc_describe(&other, image);
		out[i] = gc_predict(&other, inputs, work);
		image += other.size_bytes;
	}
}
