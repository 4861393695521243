/*
 * The image as it lies in memory: the layout of ../FORMAT.md as C structs, and what the kernel's files share.
 * Private to the kernel.
 */
#ifndef GRAINCAST_SCORE_IMAGE_H
#define GRAINCAST_SCORE_IMAGE_H

#include "score.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "An image is little-endian and is read in place."
#endif

#define GC_IMAGE_MAGIC "GRAINIMG"
#define GC_IMAGE_VERSION 1

/* Limits keep every product below in 64 bits and a hostile image's work bounded. */
#define GC_MAX_SIZE_BYTES 0x7fffffffu
#define GC_MAX_COLUMNS (1u << 16)
#define GC_MAX_INPUTS (1u << 20)
#define GC_MAX_FEATURES (1u << 20)
#define GC_MAX_VIEWS (1u << 20)
#define GC_MAX_OUTPUTS (1u << 16)
/* Above it a float no longer holds every category's number. */
#define GC_MAX_CATEGORIES (1u << 24)

/* Sections from this one on may be missing at the end. */
#define GC_SECTIONS_LEAST 11
#define GC_SECTIONS 14
#define GC_TABLE_ENTRIES 16

enum gc_section_number
{
	GC_SECTION_COLUMNS = 0,
	GC_SECTION_INPUTS = 1,
	GC_SECTION_FEATURES = 2,
	GC_SECTION_CATEGORIES = 3,
	GC_SECTION_STRINGS = 4,
	GC_SECTION_NUMBERS = 5,
	GC_SECTION_TREES = 6,
	GC_SECTION_NODES = 7,
	GC_SECTION_VIEWS = 8,
	GC_SECTION_LABELS = 9,
	GC_SECTION_METADATA = 10,
	GC_SECTION_JOINT = 11,
	GC_SECTION_BACKGROUND = 12,
	GC_SECTION_EXTERNAL = 13
};

enum gc_learner { GC_LINEAR = 1, GC_TREES = 2, GC_CENTROIDS = 3, GC_COMPONENTS = 4, GC_EXTERNAL = 5 };
enum gc_encoder { GC_ENCODE_NONE = 0, GC_ENCODE_VALUE = 1, GC_ENCODE_ONE_HOT = 2 };

/* The only flag: features differ from inputs, so a row must be filled, encoded or scaled. */
#define GC_FLAG_PREPARE 1u

typedef struct gc_header
{
	uint8_t magic[8];
	uint32_t version;
	uint32_t flags;
	uint64_t size_bytes;
	uint32_t sections;
	uint32_t zero;
	uint8_t sha256[GC_SHA256_BYTES];
	uint32_t task;
	uint32_t columns;
	uint32_t inputs;
	uint32_t features;
	uint32_t outputs;
	uint32_t labels;
	uint32_t learner;
	uint32_t link;
	struct
	{
		uint64_t offset;
		uint64_t size_bytes;
	} table[GC_TABLE_ENTRIES];
} gc_header;

typedef struct gc_column_record
{
	uint32_t name_offset;
	uint32_t name_bytes;
	uint32_t kind;
	uint32_t encoder;
	uint32_t missing;
	uint32_t first_input;
	uint32_t width;
	uint32_t first_feature;
	uint32_t features;
	uint32_t first_category;
	uint32_t categories;
	uint32_t scaled;
} gc_column_record;

typedef struct gc_scale_record
{
	double center;
	double scale;
} gc_scale_record;

typedef struct gc_category_record
{
	uint32_t text_offset;
	uint32_t text_bytes;
	float value;
	uint32_t sorted;			/* which category of this column stands at this place in bytewise order */
} gc_category_record;

typedef struct gc_label_record
{
	uint32_t text_offset;
	uint32_t text_bytes;
	double value;
} gc_label_record;

/*
 * Places in the forest are signed: all splits of all trees are -splits … -1, all leaves 0 … leaves-1. So a child lies after its
 * parent, a place is a leaf's exactly if its sign says so, and a leaf's place is the index of its value.
 */
typedef struct gc_tree_record
{
	int32_t root;
	uint32_t splits;
	uint32_t output;
	uint32_t zero;
} gc_tree_record;

/* view <= threshold goes to child[1]. A leaf's node leads to itself, which lets walks of one step length share a loop. */
typedef struct gc_node
{
	float threshold;
	uint32_t view;
	int32_t child[2];
} gc_node;

/* What splits compare: a feature whose missing values are replaced so that a plain `<=` sends them to the right side. */
typedef struct gc_view
{
	uint32_t feature;
	uint32_t rule;
} gc_view;

enum gc_view_rule
{
	GC_VIEW_NAN_ZERO = 1,
	GC_VIEW_NAN_LEFT = 2,
	GC_VIEW_NAN_RIGHT = 3,
	GC_VIEW_ZERO_LEFT = 4,
	GC_VIEW_ZERO_RIGHT = 5
};

_Static_assert(sizeof(gc_header) == 352, "FORMAT.md: header");
_Static_assert(sizeof(gc_column_record) == 48, "FORMAT.md: columns");
_Static_assert(sizeof(gc_scale_record) == 16, "FORMAT.md: features");
_Static_assert(sizeof(gc_category_record) == 16, "FORMAT.md: categories");
_Static_assert(sizeof(gc_label_record) == 16, "FORMAT.md: labels");
_Static_assert(sizeof(gc_tree_record) == 16, "FORMAT.md: trees");
_Static_assert(sizeof(gc_node) == 16, "FORMAT.md: nodes");
_Static_assert(sizeof(gc_view) == 8, "FORMAT.md: views");

static inline const gc_header *
gc_header_of(const gc_model *model)
{
	return (const gc_header *) (const void *) model->image;
}

static inline uint32_t
gc_view_count(const gc_model *model)
{
	return (uint32_t) (model->section_bytes[GC_SECTION_VIEWS] / sizeof(gc_view));
}

/* score_open.c: the members that an image's header tells; nothing is checked */
void gc_describe(gc_model *model, const void *image);

/* score_joint.c */
size_t gc_joint_work_bytes(const gc_model *model);

/* score_open.c, score_open_learner.c, score_joint.c: checks, each 0 or -1 with a sentence */
typedef struct gc_check
{
	gc_model *model;
	char *message;
	size_t message_bytes;
	uint64_t text_end;			/* of the texts met so far */
	uint64_t schema_text_end;	/* of the columns' and categories' */
} gc_check;

int gc_refuse(gc_check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
int gc_check_columns(gc_check *check);
int gc_check_labels(gc_check *check);
int gc_check_text(gc_check *check, const char *what, uint32_t offset, uint32_t size_bytes);
int gc_check_utf8(gc_check *check, const char *what, const uint8_t *text, uint64_t size_bytes);
int gc_check_finite(gc_check *check, const char *what, const double *numbers, uint64_t count);
int gc_check_learner(gc_check *check);
int gc_check_background(gc_check *check);
int gc_check_joint(gc_check *check);

/* score_prepare.c: the learner's features of a row; either inputs itself or buffer (model->features floats) */
const float *gc_prepare(const gc_model *model, const float *inputs, float *buffer);

/* score_trees.c */
typedef struct gc_forest
{
	const gc_tree_record *trees;
	uint32_t count;
	const gc_node *leaf_nodes;	/* splits lie before it, see gc_tree_record */
	const double *base;
	double factor;
	const double *leaves;
} gc_forest;

/* Rows of a batch, and trees in score_quick.h, that lie side by side. */
#define GC_GROUP 16
/* A row with no more views has them read into a few registers at once, so there is memory for as many. With more it walks. */
#define GC_ROW_VIEWS 64

gc_forest gc_forest_of(const gc_model *model);
size_t gc_tree_block_rows(const gc_model *model);
void gc_tree_scores(const gc_model *model, const float *features, double *scores, float *views);
/* One more row of a block: its views go to lane row % GC_GROUP of group row / GC_GROUP. */
void gc_tree_views(const gc_model *model, const float *features, float *views, size_t row);
void gc_tree_block_scores(const gc_model *model, const float *views, size_t rows, double *scores);

/* score_quick.c: values of the leaves that a row reaches in a group of trees, or a block's rows in one tree; 0 = there is no table of these trees */
int gc_quick_row(const gc_model *model, uint32_t group, const float *views, double values[GC_GROUP]);
int gc_quick_block(const gc_model *model, uint32_t tree, const float *views, size_t rows, double *values);

#endif
