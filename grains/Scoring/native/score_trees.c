/*
 * Tree ensembles. A walk waits for memory at each step, so eight walks go side by side: of one row through eight trees, or of eight
 * rows through one tree. Where there are tables (score_quick.h), they find the leaves instead. Values are added here in either case, in the trees'
 * order, which makes all ways bit-equal.
 */
#include "score_image.h"

#include <math.h>

/* Walks side by side. */
#define GC_LANES 8

/* Views of a block and scores of its rows should stay in the first-level cache beside the nodes of a tree. */
#define GC_BLOCK_BYTES 16384
#define GC_BLOCK_MAX_ROWS 64
/* Beyond this a group of rows costs more memory than it saves time. */
#define GC_GROUP_MAX_BYTES (1u << 20)

/* LightGBM's kZeroThreshold. */
#define GC_ZERO_THRESHOLD 1e-35f

gc_forest
gc_forest_of(const gc_model *model)
{
	const double *numbers = model->section[GC_SECTION_NUMBERS];
	uint64_t leaves = model->section_bytes[GC_SECTION_NUMBERS] / sizeof(double) - model->outputs - 1;
	uint64_t nodes = model->section_bytes[GC_SECTION_NODES] / sizeof(gc_node);

	return (gc_forest) {
		.trees = model->section[GC_SECTION_TREES],
		.count = (uint32_t) (model->section_bytes[GC_SECTION_TREES] / sizeof(gc_tree_record)),
		.leaf_nodes = (const gc_node *) model->section[GC_SECTION_NODES] + (nodes - leaves),
		.base = numbers,
		.factor = numbers[model->outputs],
		.leaves = numbers + model->outputs + 1,
	};
}

/* What `x <= threshold` must see so that a missing x goes where its splits send it: -inf always left, NaN always right. */
static inline float
view_of(float x, uint32_t rule)
{
	switch (rule)
	{
		case GC_VIEW_NAN_ZERO:
			return isnan(x) ? 0 : x;
		case GC_VIEW_NAN_LEFT:
			return isnan(x) ? -INFINITY : x;
		case GC_VIEW_NAN_RIGHT:
			return x;
		case GC_VIEW_ZERO_LEFT:
			return fabsf(x) > GC_ZERO_THRESHOLD ? x : -INFINITY;
		default:
			return fabsf(x) > GC_ZERO_THRESHOLD ? x : NAN;
	}
}

static void
fill_views(const gc_model *model, const float *features, float *out, size_t stride)
{
	const gc_view *views = model->section[GC_SECTION_VIEWS];
	uint32_t count = gc_view_count(model);

	for (uint32_t i = 0; i < count; i++)
		out[i * stride] = view_of(features[views[i].feature], views[i].rule);
}

void
gc_tree_views(const gc_model *model, const float *features, float *views, size_t row)
{
	size_t group = row / GC_GROUP * GC_GROUP * gc_view_count(model);

	fill_views(model, features, views + group + row % GC_GROUP, GC_GROUP);
}

size_t
gc_tree_block_rows(const gc_model *model)
{
	size_t row_bytes = gc_view_count(model) * sizeof(float) + model->outputs * sizeof(double);
	size_t rows = GC_BLOCK_BYTES / row_bytes / GC_GROUP * GC_GROUP;

	if (row_bytes * GC_GROUP > GC_GROUP_MAX_BYTES)
		return 1;
	return rows < GC_GROUP ? GC_GROUP : rows > GC_BLOCK_MAX_ROWS ? GC_BLOCK_MAX_ROWS : rows;
}

static inline int32_t
step(const gc_node *leaf_nodes, int32_t place, const float *views, size_t stride)
{
	const gc_node *node = &leaf_nodes[place];

	return node->child[views[node->view * stride] <= node->threshold];
}

/* place[lane]: from roots to leaves. Lane l sees views[v * view_stride + l * lane_stride]. */
static inline __attribute__((always_inline)) void
walk(const gc_node *leaf_nodes, const float *views, size_t view_stride, size_t lane_stride, int32_t place[GC_LANES])
{
	int32_t p0 = place[0], p1 = place[1], p2 = place[2], p3 = place[3];
	int32_t p4 = place[4], p5 = place[5], p6 = place[6], p7 = place[7];

	/* One sign bit that is set: one lane that still stands on a split. Lanes on a leaf step in place. */
	while ((p0 | p1 | p2 | p3 | p4 | p5 | p6 | p7) < 0)
	{
		p0 = step(leaf_nodes, p0, views, view_stride);
		p1 = step(leaf_nodes, p1, views + lane_stride, view_stride);
		p2 = step(leaf_nodes, p2, views + 2 * lane_stride, view_stride);
		p3 = step(leaf_nodes, p3, views + 3 * lane_stride, view_stride);
		p4 = step(leaf_nodes, p4, views + 4 * lane_stride, view_stride);
		p5 = step(leaf_nodes, p5, views + 5 * lane_stride, view_stride);
		p6 = step(leaf_nodes, p6, views + 6 * lane_stride, view_stride);
		p7 = step(leaf_nodes, p7, views + 7 * lane_stride, view_stride);
	}
	place[0] = p0;
	place[1] = p1;
	place[2] = p2;
	place[3] = p3;
	place[4] = p4;
	place[5] = p5;
	place[6] = p6;
	place[7] = p7;
}

static void
finish(const gc_model *model, const gc_forest *forest, double *scores)
{
	for (uint32_t k = 0; k < model->outputs; k++)
		scores[k] = forest->base[k] + forest->factor * scores[k];
}

/* lanes: of the group, the others stay on the first leaf. */
static void
walk_group(const gc_forest *forest, uint32_t first, uint32_t lanes, const float *views, double values[GC_GROUP])
{
	for (uint32_t half = 0; half < lanes; half += GC_LANES)
	{
		int32_t place[GC_LANES] = {0};

		for (uint32_t i = 0; i < GC_LANES && half + i < lanes; i++)
			place[i] = forest->trees[first + half + i].root;
		walk(forest->leaf_nodes, views, 1, 0, place);
		for (uint32_t i = 0; i < GC_LANES; i++)
			values[half + i] = forest->leaves[place[i]];
	}
}

static void
walk_block(const gc_forest *forest, const gc_tree_record *tree, const float *views, size_t view_count, size_t rows, double *values)
{
	for (size_t row = 0; row < rows; row += GC_LANES)
	{
		size_t group = row / GC_GROUP * GC_GROUP;
		int32_t place[GC_LANES];

		for (uint32_t lane = 0; lane < GC_LANES; lane++)
			place[lane] = tree->root;
		walk(forest->leaf_nodes, views + group * view_count + (row - group), GC_GROUP, 1, place);
		for (uint32_t lane = 0; lane < GC_LANES; lane++)
			values[row + lane] = forest->leaves[place[lane]];
	}
}

/* A sum in memory would make each addition wait for the store before it. */
static void
add_values(const gc_model *model, const gc_tree_record *trees, uint32_t count, const double *values, double *scores)
{
	double sum = scores[0];

	if (model->outputs > 1)
	{
		for (uint32_t i = 0; i < count; i++)
			scores[trees[i].output] += values[i];
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		sum += values[i];
	scores[0] = sum;
}

void
gc_tree_scores(const gc_model *model, const float *features, double *scores, float *views)
{
	gc_forest forest = gc_forest_of(model);

	fill_views(model, features, views, 1);
	for (uint32_t k = 0; k < model->outputs; k++)
		scores[k] = 0;
	for (uint32_t first = 0; first < forest.count; first += GC_GROUP)
	{
		uint32_t lanes = forest.count - first < GC_GROUP ? forest.count - first : GC_GROUP;
		double values[GC_GROUP];

		if (!gc_quick_row(model, first / GC_GROUP, views, values))
			walk_group(&forest, first, lanes, views, values);
		add_values(model, forest.trees + first, lanes, values, scores);
	}
	finish(model, &forest, scores);
}

static void
add_block(const double *values, size_t rows, double *scores, size_t stride)
{
	if (stride == 1)
		for (size_t row = 0; row < rows; row++)
			scores[row] += values[row];
	else
		for (size_t row = 0; row < rows; row++)
			scores[row * stride] += values[row];
}

void
gc_tree_block_scores(const gc_model *model, const float *views, size_t rows, double *scores)
{
	gc_forest forest = gc_forest_of(model);

	for (size_t i = 0; i < rows * model->outputs; i++)
		scores[i] = 0;
	for (uint32_t i = 0; i < forest.count; i++)
	{
		const gc_tree_record *tree = &forest.trees[i];
		double values[GC_BLOCK_MAX_ROWS];

		if (!gc_quick_block(model, i, views, rows, values))
			walk_block(&forest, tree, views, gc_view_count(model), rows, values);
		add_block(values, rows, scores + tree->output, model->outputs);
	}
	for (size_t row = 0; row < rows; row++)
		finish(model, &forest, scores + row * model->outputs);
}
