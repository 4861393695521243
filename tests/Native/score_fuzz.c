/*
 * Damaged and hostile images against the kernel, to be compiled with -fsanitize=address,undefined.
 * score_fuzz <seed> <count> <image>...: mutates the images count times; each must be refused with a sentence, or score rows with the
 * batch bit-equal to single rows, walked or by tables. Prints its seed first and "N passed, N failed" last; any crash is the sanitizer's.
 */
#include "../../grains/Scoring/native/score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 352
#define TABLE_OFFSET 96
#define SECTIONS_OFFSET 24
#define SECTIONS_MAX 13
#define ROWS 19

typedef struct image
{
	uint8_t *bytes;
	size_t size_bytes;
} image;

static uint64_t random_state;

/* splitmix64 */
static uint64_t
next_random(uint64_t below)
{
	uint64_t z = (random_state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31)) % below;
}

static void *
allocate(size_t size_bytes)
{
	void *memory = malloc(size_bytes > 0 ? size_bytes : 1);

	if (memory == NULL)
	{
		fprintf(stderr, "out of memory: %zu bytes\n", size_bytes);
		exit(2);
	}
	return memory;
}

static image
read_image(const char *path)
{
	FILE *file = fopen(path, "rb");
	image read = {0};
	long size_bytes;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size_bytes = ftell(file)) < HEADER_BYTES)
	{
		fprintf(stderr, "%s is no image\n", path);
		exit(2);
	}
	rewind(file);
	read.size_bytes = (size_t) size_bytes;
	read.bytes = allocate(read.size_bytes);
	if (fread(read.bytes, 1, read.size_bytes, file) != read.size_bytes)
	{
		fprintf(stderr, "%s cannot be read\n", path);
		exit(2);
	}
	fclose(file);
	return read;
}

static uint64_t
get_u64(const uint8_t *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static void
put_u64(uint8_t *bytes, uint64_t value)
{
	memcpy(bytes, &value, sizeof(value));
}

static image
copy_of(const image *original, size_t size_bytes)
{
	image copy = {.bytes = allocate(size_bytes), .size_bytes = size_bytes};

	memcpy(copy.bytes, original->bytes, size_bytes < original->size_bytes ? size_bytes : original->size_bytes);
	return copy;
}

static void
write_word(image *mutated, size_t place)
{
	static const uint32_t interesting[] = {0, 1, 2, 7, 8, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff, 0x7f800000, 0x7fc00000};
	uint32_t word;

	memcpy(&word, mutated->bytes + place, sizeof(word));
	if (next_random(3) == 0)
		word += (uint32_t) next_random(5) - 2;
	else
		word = interesting[next_random(sizeof(interesting) / sizeof(interesting[0]))];
	memcpy(mutated->bytes + place, &word, sizeof(word));
}

/* A section made longer or shorter by whole eights, with every offset and size after it put right. */
static image
resize_section(const image *original)
{
	size_t sections = original->bytes[SECTIONS_OFFSET];
	size_t section = next_random(sections);
	uint8_t *entry = original->bytes + TABLE_OFFSET + 16 * section;
	uint64_t size_bytes = get_u64(entry + 8);
	size_t end = (size_t) (get_u64(entry) + (size_bytes + 7) / 8 * 8);
	size_t eights = next_random(7);
	int shrink = next_random(2) == 0 && size_bytes >= 8 * eights;
	size_t kept = shrink ? end - 8 * eights : end;
	image resized = copy_of(original, shrink ? original->size_bytes - 8 * eights : original->size_bytes + 8 * eights);
	uint64_t change = shrink ? 0 - 8 * (uint64_t) eights : 8 * (uint64_t) eights;

	if (!shrink)
		memset(resized.bytes + kept, 0, 8 * eights);
	memcpy(resized.bytes + end + change, original->bytes + end, original->size_bytes - end);
	put_u64(resized.bytes + TABLE_OFFSET + 16 * section + 8, size_bytes + change);
	put_u64(resized.bytes + 16, resized.size_bytes);
	for (size_t later = section + 1; later < sections; later++)
	{
		uint8_t *offset = resized.bytes + TABLE_OFFSET + 16 * later;

		put_u64(offset, get_u64(offset) + change);
	}
	return resized;
}

static image
mutate(const image *original)
{
	image mutated;

	switch (next_random(6))
	{
		case 0:
			return copy_of(original, next_random(original->size_bytes));
		case 1:
			return resize_section(original);
		case 2:
			mutated = copy_of(original, original->size_bytes);
			write_word(&mutated, 4 * next_random(mutated.size_bytes / 4));
			return mutated;
		case 3:
			mutated = copy_of(original, original->size_bytes);
			write_word(&mutated, next_random(2) == 0 ? 64 + 4 * next_random(8) : TABLE_OFFSET + 4 * next_random(SECTIONS_MAX * 4));
			return mutated;
		case 4:
			/* The size is made to fit, so that the checks behind it are reached. */
			mutated = copy_of(original, (original->size_bytes + 8 * next_random(8)) / 8 * 8);
			if (mutated.size_bytes > original->size_bytes)
				memset(mutated.bytes + original->size_bytes, 0, mutated.size_bytes - original->size_bytes);
			put_u64(mutated.bytes + 16, mutated.size_bytes);
			write_word(&mutated, HEADER_BYTES + 4 * next_random((original->size_bytes - HEADER_BYTES) / 4));
			return mutated;
		default:
			mutated = copy_of(original, original->size_bytes);
			for (uint64_t flips = 1 + next_random(3); flips > 0; flips--)
				mutated.bytes[HEADER_BYTES + next_random(mutated.size_bytes - HEADER_BYTES)] ^= (uint8_t) (1u << next_random(8));
			return mutated;
	}
}

/* Buffers of exactly the promised sizes: the sanitizer sees one byte more. answers: of ROWS rows. */
static int
scores_rows(const gc_model *model, const float *rows, float *answers)
{
	float *probabilities = allocate(model->labels * sizeof(float));
	double *scores = allocate(model->outputs * sizeof(double));
	float *joint = allocate(model->answers * sizeof(float));
	void *work = allocate(gc_work_bytes(model));
	int good = 1;

	gc_predict_batch(model, rows, ROWS, answers, work);
	for (size_t row = 0; row < ROWS; row++)
	{
		float answer = gc_predict(model, rows + row * model->inputs, work);

		gc_predict_joint(model, rows + row * model->inputs, joint, work);
		good = good && memcmp(&answer, &answers[row], sizeof(answer)) == 0 && memcmp(&answer, &joint[0], sizeof(answer)) == 0;
		gc_predict_proba(model, rows + row * model->inputs, probabilities, work);
		gc_scores(model, rows + row * model->inputs, scores, work);
	}
	free(work);
	free(joint);
	free(scores);
	free(probabilities);
	return good;
}

/* Walked first, then with the tables of each width that this CPU has: the same bits. */
static int
scores_alike(gc_model *model)
{
	size_t inputs = (size_t) ROWS * model->inputs;
	size_t quick_bytes = gc_quick_bytes(model);
	float *rows = allocate(inputs * sizeof(float));
	float walked[ROWS];
	float quick[ROWS];
	int good;

	for (size_t i = 0; i < inputs; i++)
	{
		const float corners[] = {NAN, INFINITY, -INFINITY, 0, 1e-35f, 3e38f, -1, 1};

		rows[i] = corners[next_random(sizeof(corners) / sizeof(corners[0]))];
	}
	good = scores_rows(model, rows, walked);
	for (uint32_t simd = GC_SIMD_NONE + 1; quick_bytes > 0 && simd <= gc_simd_best(); simd++)
	{
		void *tables = allocate(quick_bytes);

		gc_quicken(model, tables, simd);
		good = good && scores_rows(model, rows, quick) && memcmp(walked, quick, sizeof(walked)) == 0;
		free(tables);
	}
	free(rows);
	return good;
}

static void
explain_row(const gc_model *model)
{
	float *row = allocate(model->inputs * sizeof(float));
	double *contributions = allocate(model->inputs * sizeof(double));
	void *work = allocate(gc_explain_work_bytes(model));
	double base;

	for (size_t i = 0; i < model->inputs; i++)
		row[i] = next_random(3) == 0 ? NAN : (float) next_random(5) - 2;
	gc_explain_row(model, row, work);
	gc_explain_output(model, (uint32_t) next_random(model->outputs), contributions, &base, work);
	while (gc_explain_leaf(model, contributions, &base, work))
		;
	free(work);
	free(contributions);
	free(row);
}

static void
read_names(const gc_model *model)
{
	for (uint32_t i = 0; i < model->columns; i++)
	{
		gc_column column;

		gc_column_at(model, i, &column);
		gc_category(model, i, column.name, column.name_bytes);
		gc_category(model, i, "red", 3);
	}
	for (uint32_t i = 0; i < model->labels; i++)
	{
		gc_label label;

		gc_label_at(model, i, &label);
		gc_category(model, 0, label.name, label.name_bytes);
	}
}

static int
holds(const image *mutated, uint64_t *opened)
{
	gc_model model;
	char message[64];
	int result;

	memset(message, 'x', sizeof(message));
	result = gc_open(mutated->bytes, mutated->size_bytes, &model, message, sizeof(message));
	if (result == 0)
	{
		(*opened)++;
		read_names(&model);
		if (gc_explains(&model) > 0)
			explain_row(&model);
		return gc_sha256(&model) != NULL && scores_alike(&model);
	}
	return result == -1 && message[0] != '\0' && memchr(message, '\0', sizeof(message)) != NULL;
}

int
main(int argument_count, char **arguments)
{
	uint64_t seed;
	uint64_t count;
	uint64_t passed = 0;
	uint64_t opened = 0;
	int image_count = argument_count - 3;
	image *images;

	if (image_count < 1)
	{
		fprintf(stderr, "usage: score_fuzz <seed> <count> <image>...\n");
		return 2;
	}
	seed = strtoull(arguments[1], NULL, 10);
	count = strtoull(arguments[2], NULL, 10);
	images = allocate((size_t) image_count * sizeof(image));
	for (int i = 0; i < image_count; i++)
		images[i] = read_image(arguments[i + 3]);
	printf("seed %llu\n", (unsigned long long) seed);
	fflush(stdout);
	random_state = seed;
	for (uint64_t i = 0; i < count; i++)
	{
		image mutated = mutate(&images[next_random((uint64_t) image_count)]);

		if (holds(&mutated, &opened))
			passed++;
		else
			printf("mutation %llu: opened or refused wrongly\n", (unsigned long long) i);
		free(mutated.bytes);
	}
	for (int i = 0; i < image_count; i++)
		free(images[i].bytes);
	free(images);
	printf("%llu of %llu mutated images opened\n", (unsigned long long) opened, (unsigned long long) count);
	printf("%llu passed, %llu failed\n", (unsigned long long) passed, (unsigned long long) (count - passed));
	return passed == count ? 0 : 1;
}
