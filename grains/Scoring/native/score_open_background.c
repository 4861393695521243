/* Opening an image: its background. */
#include "score_explain.h"

#include <string.h>

/* Every place but the root must be the child of one split: then each leaf is met once, and no path is longer than there are splits. */
static int
check_parents(gc_check *check, const gc_node *leaf_nodes, const gc_tree_record *tree, int32_t first_leaf, uint32_t number)
{
	uint64_t met[(2 * GC_MAX_DEPTH + 1) / 64 + 1];

	memset(met, 0, ((size_t) 2 * tree->splits + 1) / 64 * sizeof(uint64_t) + sizeof(uint64_t));
	for (uint32_t i = 0; i < 2 * tree->splits; i++)
	{
		int32_t place = leaf_nodes[tree->root + (int32_t) (i / 2)].child[i % 2];
		uint32_t at = (uint32_t) (place < 0 ? place - tree->root : (int32_t) tree->splits + place - first_leaf);
		uint64_t bit = UINT64_C(1) << (at % 64);

		if ((met[at / 64] & bit) != 0)
			return gc_refuse(check, "Tree %u of the image has two ways to a place.", number);
		met[at / 64] |= bit;
	}
	return 0;
}

/*
 * The same for trees that may be too deep. Every leaf is met once a path, so the walk ends after as many paths as a tree has. Without this check children
 * that meet again would make exponentially many.
 */
static int
check_paths(gc_check *check, const gc_node *leaf_nodes, const gc_tree_record *tree, uint32_t number)
{
	gc_step path[GC_MAX_DEPTH];
	uint32_t depth = 0;
	uint64_t paths = 0;
	int32_t place = tree->root;

	do
	{
		if (gc_descend(leaf_nodes, place, path, &depth) < 0)
			return gc_refuse(check, "Tree %u of the image is deeper than %u.", number, GC_MAX_DEPTH);
		if (++paths > (uint64_t) tree->splits + 1)
			return gc_refuse(check, "Tree %u of the image has more paths than leaves.", number);
		place = gc_ascend(leaf_nodes, path, &depth);
	} while (depth > 0);
	if (paths != (uint64_t) tree->splits + 1)
		return gc_refuse(check, "Tree %u of the image has fewer paths than leaves.", number);
	return 0;
}

static int
check_leaf_rows(gc_check *check)
{
	const gc_model *model = check->model;
	const uint32_t *rows = model->section[GC_SECTION_BACKGROUND];
	uint64_t leaves = model->section_bytes[GC_SECTION_NUMBERS] / sizeof(double) - model->outputs - 1;
	gc_forest forest = gc_forest_of(model);
	int32_t first_leaf = 0;

	if (model->section_bytes[GC_SECTION_BACKGROUND] != leaves * sizeof(uint32_t))
		return gc_refuse(check, "The image's background does not have one number a leaf.");
	for (uint64_t i = 0; i < leaves; i++)
		if (rows[i] == 0)
			return gc_refuse(check, "Leaf %llu of the image has no rows.", (unsigned long long) i);
	for (uint32_t i = 0; i < forest.count; i++)
	{
		const gc_tree_record *tree = &forest.trees[i];

		if (tree->splits > GC_MAX_DEPTH ? check_paths(check, forest.leaf_nodes, tree, i) != 0
			: check_parents(check, forest.leaf_nodes, tree, first_leaf, i) != 0)
			return -1;
		first_leaf += (int32_t) tree->splits + 1;
	}
	return 0;
}

int
gc_check_background(gc_check *check)
{
	const gc_model *model = check->model;
	uint64_t size_bytes = model->section_bytes[GC_SECTION_BACKGROUND];

	if (size_bytes == 0)
		return 0;
	if (model->learner != GC_LINEAR && model->learner != GC_TREES)
		return gc_refuse(check, "The image has a background that its learner does not use.");
	if (model->learner == GC_TREES)
		return check_leaf_rows(check);
	if (size_bytes != (uint64_t) model->features * sizeof(double))
		return gc_refuse(check, "The image's background does not have one number a feature.");
	return gc_check_finite(check, "background", model->section[GC_SECTION_BACKGROUND], model->features);
}
