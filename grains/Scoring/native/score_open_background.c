/* Opening an image: its background. */
#include "score_explain.h"

/*
 * Every leaf is met once a path, so the walk ends after as many paths as a tree has. Without this check children that meet again
 * would make exponentially many.
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

	if (model->section_bytes[GC_SECTION_BACKGROUND] != leaves * sizeof(uint32_t))
		return gc_refuse(check, "The image's background does not have one number a leaf.");
	for (uint64_t i = 0; i < leaves; i++)
		if (rows[i] == 0)
			return gc_refuse(check, "Leaf %llu of the image has no rows.", (unsigned long long) i);
	for (uint32_t i = 0; i < forest.count; i++)
		if (check_paths(check, forest.leaf_nodes, &forest.trees[i], i) != 0)
			return -1;
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
