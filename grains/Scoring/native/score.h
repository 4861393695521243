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
enum gc_link { GC_IDENTITY = 1, GC_LOGISTIC = 2, GC_SOFTMAX = 3, GC_SHARE = 4, GC_VOTES = 5 };
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
	uint32_t outputs;		/* raw scores: 1, classes, pairs of classes, clusters or components */
	uint32_t labels;		/* class labels, 0 unless classification */
	uint32_t learner;
	uint32_t link;
	const void *section[16];
	uint64_t section_bytes[16];
	uint32_t answers;		/* labels learnt together; 1 unless the model is joint, whose other members are those of its first label */
	const gc_quick *quick;	/* NULL: trees are walked */
} gc_model;

typedef struct gc_column
{
	const char *name;		/* UTF-8, not terminated */
	uint32_t name_bytes;
	uint32_t kind;			/* gc_column_kind */
	uint32_t missing;		/* gc_missing: what a NULL (or NaN under FILL) means */
	uint32_t unknown;		/* gc_missing: what a text that training never saw means; ERROR: the answer would be NaN */
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

/* model->answers floats: gc_predict's of each label of a joint model, of any other its one. */
GC_API void gc_predict_joint(const gc_model *model, const float *inputs, float *out, void *work);

/* Classification: model->labels probabilities in the labels' order, summing to 1. */
GC_API void gc_predict_proba(const gc_model *model, const float *inputs, float *out, void *work);

/* model->outputs raw scores: margins before the link, squared distances to centroids, or components. */
GC_API void gc_scores(const gc_model *model, const float *inputs, double *out, void *work);

/*
 * The bytes of a model that other code scores, here an ONNX file; NULL unless it is such a one. The calls above that score then say NaN;
 * who has a row's scores from that code makes the answers of them by the two calls below.
 */
GC_API const void *gc_external(const gc_model *model, size_t *bytes);

/* A row's model->outputs raw scores -> gc_predict's answer. */
GC_API float gc_answer(const gc_model *model, const double *scores);

/* The same -> gc_predict_proba's probabilities. */
GC_API void gc_probabilities(const gc_model *model, const double *scores, float *out);

/*
 * Contributions: how far each input moves a raw score away from what the model says without knowing any. For linear scores against the
 * mean of the training rows, for trees the Shapley values of path-dependent TreeSHAP. 1: can be told; 0: an older image of such a
 * learner, which does not say what they are counted from; -1: the learner has none. The calls below are for 1 only.
 */
GC_API int gc_explains(const gc_model *model);

/* Bytes of scratch memory (8-byte aligned) that the calls below need. */
GC_API size_t gc_explain_work_bytes(const gc_model *model);

/* Begins a row: model->inputs floats. work belongs to it until the next. */
GC_API void gc_explain_row(const gc_model *model, const float *inputs, void *work);

/* Begins one of the row's outputs: model->inputs contributions and the base, what the model says without knowing any input. */
GC_API void gc_explain_output(const gc_model *model, uint32_t output, double *contributions, double *base, void *work);

/*
 * Adds another leaf's part to the output that was begun, so that a caller may look at a cancel between two. 0 when there is none left:
 * base and contributions then sum to the score, up to rounding.
 */
GC_API int gc_explain_leaf(const gc_model *model, double *contributions, double *base, void *work);

/* Of a model of trees, else 0. */
GC_API uint32_t gc_tree_count(const gc_model *model);

/* Whether features differ from inputs: a column is filled, encoded or scaled. */
GC_API int gc_is_prepared(const gc_model *model);

typedef struct gc_tree
{
	uint32_t output;		/* which score it adds to */
	uint32_t splits;		/* its leaves are one more */
	uint32_t first_split;	/* private, as the next */
	uint32_t first_leaf;
} gc_tree;

enum gc_split_missing { GC_SPLIT_NONE = 0, GC_SPLIT_ZERO = 1, GC_SPLIT_NAN = 2 };

/* feature <= threshold goes left. A child is a split of the tree, or ~ a leaf's number. */
typedef struct gc_split
{
	uint32_t feature;
	float threshold;
	uint32_t missing;		/* gc_split_missing: what goes to the default side. NONE: NaN counts as 0. ZERO: NaN and |x| <= 1e-35 */
	uint32_t default_left;
	int32_t left;
	int32_t right;
} gc_split;

GC_API void gc_tree_at(const gc_model *model, uint32_t tree, gc_tree *out);
GC_API void gc_split_at(const gc_model *model, const gc_tree *tree, uint32_t split, gc_split *out);

/* What a leaf adds to its tree's output, and what that starts from. */
GC_API double gc_leaf_at(const gc_model *model, const gc_tree *tree, uint32_t leaf);
GC_API double gc_base_at(const gc_model *model, uint32_t output);

#endif
