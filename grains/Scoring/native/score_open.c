/* Opening an image: everything that scoring trusts afterwards is checked here or in the files it calls. */
#include "score_image.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
gc_refuse(gc_check *check, const char *format, ...)
{
	va_list arguments;

	if (check->message_bytes == 0)
		return -1;
	va_start(arguments, format);
	vsnprintf(check->message, check->message_bytes, format, arguments);
	va_end(arguments);
	return -1;
}

/* Sections lie in the table's order without gaps: so they cannot overlap, and there is one way only to write a model. */
static int
check_sections(gc_check *check, const gc_header *header)
{
	const uint8_t *image = (const uint8_t *) header;
	uint64_t end = sizeof(gc_header);

	for (uint32_t i = 0; i < header->sections; i++)
	{
		uint64_t offset = header->table[i].offset;
		uint64_t size_bytes = header->table[i].size_bytes;
		uint64_t padded;

		if (offset != end)
			return gc_refuse(check, "Section %u of the image starts at byte %llu instead of %llu.", i,
							 (unsigned long long) offset, (unsigned long long) end);
		if (size_bytes > header->size_bytes - offset)
			return gc_refuse(check, "Section %u of the image ends behind the image.", i);
		/* Still inside: the image's size and the offset are multiples of 8. */
		padded = (size_bytes + 7) & ~(uint64_t) 7;
		for (uint64_t byte = size_bytes; byte < padded; byte++)
			if (image[offset + byte] != 0)
				return gc_refuse(check, "The padding after section %u of the image is not zero.", i);
		end = offset + padded;
	}
	if (end != header->size_bytes)
		return gc_refuse(check, "The image has %llu bytes behind its last section.",
						 (unsigned long long) (header->size_bytes - end));
	if (header->sections > GC_SECTIONS_LEAST && header->table[header->sections - 1].size_bytes == 0)
		return gc_refuse(check, "The last section of the image is empty and could be left out.");
	for (uint32_t i = header->sections; i < GC_TABLE_ENTRIES; i++)
		if (header->table[i].offset != 0 || header->table[i].size_bytes != 0)
			return gc_refuse(check, "The image names a section %u that this version does not have.", i);
	return 0;
}

static int
check_count(gc_check *check, const char *what, uint32_t count, uint32_t least, uint32_t most)
{
	if (count < least || count > most)
		return gc_refuse(check, "The image has %u %s; %u to %u are possible.", count, what, least, most);
	return 0;
}

static int
check_header(gc_check *check, const void *image, size_t size_bytes)
{
	const gc_header *header = image;

	if (image == NULL || ((uintptr_t) image & 7) != 0)
		return gc_refuse(check, "The image does not start at a multiple of 8 bytes in memory.");
	if (size_bytes < sizeof(gc_header) || size_bytes > GC_MAX_SIZE_BYTES || size_bytes % 8 != 0)
		return gc_refuse(check, "An image of %zu bytes is impossible: it has %zu to %u, by eights.", size_bytes, sizeof(gc_header),
						 GC_MAX_SIZE_BYTES);
	if (memcmp(header->magic, GC_IMAGE_MAGIC, sizeof(header->magic)) != 0)
		return gc_refuse(check, "These bytes are not a model image.");
	if (header->version != GC_IMAGE_VERSION)
		return gc_refuse(check, "The image has format version %u; this kernel reads %u.", header->version,
						 GC_IMAGE_VERSION);
	if (header->size_bytes != size_bytes)
		return gc_refuse(check, "The image should have %llu bytes and has %zu.",
						 (unsigned long long) header->size_bytes, size_bytes);
	if (header->sections < GC_SECTIONS_LEAST || header->sections > GC_SECTIONS || header->zero != 0 || (header->flags & ~GC_FLAG_PREPARE) != 0)
		return gc_refuse(check, "The image's header is damaged.");
	if (check_count(check, "columns", header->columns, 1, GC_MAX_COLUMNS) != 0 ||
		check_count(check, "inputs", header->inputs, 1, GC_MAX_INPUTS) != 0 ||
		check_count(check, "features", header->features, 1, GC_MAX_FEATURES) != 0 ||
		check_count(check, "outputs", header->outputs, 1, GC_MAX_OUTPUTS) != 0 ||
		check_count(check, "labels", header->labels, 0, GC_MAX_OUTPUTS) != 0)
		return -1;
	return 0;
}

void
gc_describe(gc_model *model, const void *image)
{
	const gc_header *header = image;

	memset(model, 0, sizeof(*model));
	model->image = image;
	model->size_bytes = header->size_bytes;
	model->task = header->task;
	model->columns = header->columns;
	model->inputs = header->inputs;
	model->features = header->features;
	model->outputs = header->outputs;
	model->labels = header->labels;
	model->learner = header->learner;
	model->link = header->link;
	for (uint32_t i = 0; i < header->sections; i++)
	{
		model->section[i] = model->image + header->table[i].offset;
		model->section_bytes[i] = header->table[i].size_bytes;
	}
	model->answers = 1;
}

/* Which learners and links a task has, and how many outputs and labels go with them. */
static int
check_task(gc_check *check)
{
	const gc_model *model = check->model;
	int external = model->learner == GC_EXTERNAL;
	int scores_add_up = external || model->learner == GC_LINEAR || model->learner == GC_TREES;
	int good;

	switch (model->task)
	{
		case GC_REGRESSION:
			good = scores_add_up && model->link == GC_IDENTITY && model->outputs == 1 && model->labels == 0;
			break;
		case GC_CLASSIFICATION:
			good = scores_add_up && model->labels >= 2;
			if (external)
				good = good && model->labels == model->outputs && model->link == GC_SHARE;
			else if (model->link == GC_VOTES)
				good = good && model->learner == GC_LINEAR && model->labels > 2 &&
					(uint64_t) model->labels * (model->labels - 1) / 2 == model->outputs;
			else if (model->outputs == 1)
				good = good && model->labels == 2 && (model->link == GC_LOGISTIC || model->link == GC_SHARE);
			else
				good = good && model->labels == model->outputs && (model->link == GC_SOFTMAX || model->link == GC_SHARE);
			break;
		case GC_CLUSTERING:
			good = model->learner == GC_CENTROIDS && model->link == GC_IDENTITY && model->labels == 0;
			break;
		case GC_DECOMPOSITION:
			good = model->learner == GC_COMPONENTS && model->link == GC_IDENTITY && model->labels == 0;
			break;
		default:
			good = 0;
	}
	if (!good)
		return gc_refuse(check, "Task %u with learner %u, link %u, %u outputs and %u labels does not exist.", model->task,
						 model->learner, model->link, model->outputs, model->labels);
	return 0;
}

int
gc_open(const void *image, size_t size_bytes, gc_model *model, char *message, size_t message_bytes)
{
	gc_check check = {.model = model, .message = message, .message_bytes = message_bytes};

	if (message_bytes > 0)
		message[0] = '\0';
	memset(model, 0, sizeof(*model));
	if (check_header(&check, image, size_bytes) == 0 && check_sections(&check, image) == 0)
	{
		gc_describe(model, image);
		if (check_task(&check) == 0 && gc_check_columns(&check) == 0 && gc_check_labels(&check) == 0 &&
			gc_check_utf8(&check, "The metadata", model->section[GC_SECTION_METADATA],
						  model->section_bytes[GC_SECTION_METADATA]) == 0 &&
			gc_check_learner(&check) == 0 && gc_check_joint(&check) == 0 && gc_check_background(&check) == 0)
			return 0;
	}
	/* A caller that overlooks the -1 must not find pointers here. */
	memset(model, 0, sizeof(*model));
	return -1;
}
