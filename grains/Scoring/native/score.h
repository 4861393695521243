/*
 * The scoring kernel: arrays in, numbers out. Plain C, no Postgres header, no allocation, no global state.
 * The extension compiles it in; C# loads it as libgraincast_score.so. Both get the same bits.
 * The image's layout is in ../FORMAT.md.
 */
#ifndef GRAINCAST_SCORE_H
#define GRAINCAST_SCORE_H

#include <stddef.h>
#include <stdint.h>

#define GC_API __attribute__((visibility("default")))
#define GC_SHA256_BYTES 32

enum gc_task { GC_REGRESSION = 1, GC_CLASSIFICATION = 2, GC_CLUSTERING = 3, GC_DECOMPOSITION = 4 };
enum gc_column_kind { GC_NUMBER = 1, GC_TEXT = 2 };
enum gc_missing { GC_MISSING_ERROR = 0, GC_MISSING_FILL = 1 };
/* Registers that tables of trees are read with, the widest last. */
enum gc_simd { GC_SIMD_NONE = 0, GC_SIMD_AVX2 = 1, GC_SIMD_AVX512 = 2 };

typedef struct gc_quick gc_quick;

/* A checked view of an image. Valid as long as the image's bytes are. The caller owns the struct; treat its members as private. */
typedef struct gc_model
{
	const uint8_t *image;
	uint64_t size_bytes;
	uint32_t task;
	uint32_t columns;		/* what a user names: one table column each, arrays count once */
	uint32_t inputs;		/* numbers a caller passes: columns, arrays flattened */
	uint32_t features;		/* numbers the learner sees, after encoding */
	uint32_t outputs;		/* raw scores: 1, classes, clusters or components */
	uint32_t labels;		/* class labels, 0 unless classification */
	uint32_t learner;
	uint32_t link;
	const void *section[16];
	uint64_t section_bytes[16];
	const gc_quick *quick;	/* NULL: trees are walked */
} gc_model;

typedef struct gc_column
{
	const char *name;		/* UTF-8, not terminated */
	uint32_t name_bytes;
	uint32_t kind;			/* gc_column_kind */
	uint32_t missing;		/* gc_missing: what a NULL (or NaN under FILL) means */
	uint32_t first_input;	/* index of the column's first number in the inputs */
	uint32_t width;			/* numbers of this column in the inputs */
} gc_column;

typedef struct gc_label
{
	const char *name;		/* UTF-8, not terminated */
	uint32_t name_bytes;
	double value;			/* what predict answers: the number itself, or the class index for text */
} gc_label;

/*
 * Checks every bound, index and number of an image of size_bytes bytes at image (8-byte aligned) and fills *model.
 * Returns 0, or -1 with a sentence in message (always terminated). Does not check the SHA-256 (the silo did, at storing).
 */
GC_API int gc_open(const void *image, size_t size_bytes, gc_model *model, char *message, size_t message_bytes);

/* The image's own name: the 32 bytes of SHA-256 that the header carries. */
GC_API const uint8_t *gc_sha256(const gc_model *model);

/* What the image says about itself: UTF-8, not terminated. */
GC_API const char *gc_metadata(const gc_model *model, size_t *bytes);

GC_API void gc_column_at(const gc_model *model, uint32_t column, gc_column *out);
GC_API void gc_label_at(const gc_model *model, uint32_t label, gc_label *out);

/* The input number of a text value in a text column, or NaN when training never saw it. */
GC_API float gc_category(const gc_model *model, uint32_t column, const char *text, size_t text_bytes);

/* The widest registers that this CPU has for gc_quicken. */
GC_API uint32_t gc_simd_best(void);

/* Bytes of memory that gc_quicken needs, 8-byte aligned, better 64; 0: the model gains nothing from it on this CPU. */
GC_API size_t gc_quick_bytes(const gc_model *model);

/*
 * Builds tables in memory that make the calls below several times faster, with the same answers, bit for bit. The memory belongs to the model as
 * long as it is used. simd: registers to use at most, gc_simd_best() but for tests. Only if gc_quick_bytes says more than 0. Costs about what gc_open does.
 */
GC_API void gc_quicken(gc_model *model, void *memory, uint32_t simd);

/* Bytes of scratch memory (8-byte aligned) that the calls below need. */
GC_API size_t gc_work_bytes(const gc_model *model);

/* inputs: model->inputs floats, NaN = missing. Regression: the value. Classification: the label's value. Clustering: the
 * cluster's index. Decomposition: NaN. */
GC_API float gc_predict(const gc_model *model, const float *inputs, void *work);

/* rows × inputs floats, row by row → rows floats. Bit-equal to gc_predict on each row. */
GC_API void gc_predict_batch(const gc_model *model, const float *inputs, size_t rows, float *out, void *work);

/* Classification: model->labels probabilities in the labels' order, summing to 1. */
GC_API void gc_predict_proba(const gc_model *model, const float *inputs, float *out, void *work);

/* model->outputs raw scores: margins before the link, squared distances to centroids, or components. */
GC_API void gc_scores(const gc_model *model, const float *inputs, double *out, void *work);

#endif
