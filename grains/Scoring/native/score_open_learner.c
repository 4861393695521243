/* Opening an image: the learner's numbers and trees. */
#include "score_image.h"

#include <math.h>

int
gc_check_finite(gc_check *check, const char *what, const double *numbers, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (!isfinite(numbers[i]))
			return gc_refuse(check, "Number %llu of the image's %s is not finite.", (unsigned long long) i, what);
	return 0;
}

static int
check_views(gc_check *check)
{
	const gc_model *model = check->model;
	const gc_view *views = model->section[GC_SECTION_VIEWS];
	uint64_t count = model->section_bytes[GC_SECTION_VIEWS] / sizeof(gc_view);

	if (model->section_bytes[GC_SECTION_VIEWS] % sizeof(gc_view) != 0 || count > GC_MAX_VIEWS)
		return gc_refuse(check, "The image's views have an impossible size.");
	for (uint64_t i = 0; i < count; i++)
		if (views[i].feature >= model->features || views[i].rule < GC_VIEW_NAN_ZERO ||
			views[i].rule > GC_VIEW_ZERO_RIGHT)
			return gc_refuse(check, "View %llu of the image is impossible.", (unsigned long long) i);
	return 0;
}

/*
 * A tree's splits and leaves are its own range each, so no path is longer than the tree and a row costs at most one step a split,
 * however the children are set.
 */
static int
check_tree(gc_check *check, const gc_node *leaf_nodes, const gc_tree_record *tree, int64_t first_split, int64_t first_leaf)
{
	int64_t end_split = first_split + tree->splits;
	int64_t end_leaf = first_leaf + tree->splits + 1;
	uint32_t views = gc_view_count(check->model);

	for (int64_t place = first_split; place < end_split; place++)
	{
		const gc_node *node = &leaf_nodes[place];

		if (isnan(node->threshold) || node->view >= views)
			return gc_refuse(check, "Split %lld of the image has an impossible threshold or view.", (long long) place);
		for (uint32_t side = 0; side < 2; side++)
		{
			int64_t child = node->child[side];

			if (!(child > place && child < end_split) && !(child >= first_leaf && child < end_leaf))
				return gc_refuse(check, "Split %lld of the image leads out of its tree or back.", (long long) place);
		}
	}
	for (int64_t place = first_leaf; place < end_leaf; place++)
	{
		const gc_node *node = &leaf_nodes[place];

		if (node->threshold != 0 || node->view != 0 || node->child[0] != place || node->child[1] != place)
			return gc_refuse(check, "Leaf %lld of the image does not lead to itself.", (long long) place);
	}
	return 0;
}

static int
check_trees(gc_check *check)
{
	const gc_model *model = check->model;
	const gc_tree_record *trees = model->section[GC_SECTION_TREES];
	uint64_t numbers = model->section_bytes[GC_SECTION_NUMBERS] / sizeof(double);
	uint64_t nodes = model->section_bytes[GC_SECTION_NODES] / sizeof(gc_node);
	uint64_t tree_count = model->section_bytes[GC_SECTION_TREES] / sizeof(gc_tree_record);
	uint64_t leaves;
	uint64_t splits;
	const gc_node *leaf_nodes;
	int64_t split;
	int64_t leaf = 0;

	if (model->section_bytes[GC_SECTION_NUMBERS] % sizeof(double) != 0 ||
		model->section_bytes[GC_SECTION_NODES] % sizeof(gc_node) != 0 ||
		model->section_bytes[GC_SECTION_TREES] % sizeof(gc_tree_record) != 0 || numbers < (uint64_t) model->outputs + 1)
		return gc_refuse(check, "The image's trees, nodes or leaves have an impossible size.");
	leaves = numbers - model->outputs - 1;
	if (leaves > nodes)
		return gc_refuse(check, "The image has %llu leaves and %llu nodes.", (unsigned long long) leaves,
						 (unsigned long long) nodes);
	splits = nodes - leaves;
	if (leaves != splits + tree_count)
		return gc_refuse(check, "The image has %llu trees with %llu splits and %llu leaves.",
						 (unsigned long long) tree_count, (unsigned long long) splits, (unsigned long long) leaves);
	leaf_nodes = (const gc_node *) model->section[GC_SECTION_NODES] + splits;
	split = -(int64_t) splits;
	for (uint64_t i = 0; i < tree_count; i++)
	{
		const gc_tree_record *tree = &trees[i];

		if (tree->output >= model->outputs || tree->zero != 0 || tree->splits > -split ||
			tree->root != (tree->splits > 0 ? split : leaf))
			return gc_refuse(check, "Tree %llu of the image is impossible.", (unsigned long long) i);
		if (check_tree(check, leaf_nodes, tree, split, leaf) != 0)
			return -1;
		split += tree->splits;
		leaf += (int64_t) tree->splits + 1;
	}
	/* With as many leaves as splits and trees, the leaves are used up exactly if the splits are. */
	if (split != 0)
		return gc_refuse(check, "The image has %lld splits that belong to no tree.", (long long) -split);
	return 0;
}

/* What others score gets the inputs as they are, and scores one label. */
static int
check_external(gc_check *check)
{
	const gc_model *model = check->model;
	int external = model->learner == GC_EXTERNAL;

	if (external != (model->section_bytes[GC_SECTION_EXTERNAL] != 0))
		return gc_refuse(check, external ? "The image lacks the model that others score." : "The image has a model of others that its learner does not use.");
	if (external && ((gc_header_of(model)->flags & GC_FLAG_PREPARE) != 0 || model->section_bytes[GC_SECTION_JOINT] != 0))
		return gc_refuse(check, "The image prepares rows of a model that others score, or has more than one label.");
	return 0;
}

int
gc_check_learner(gc_check *check)
{
	const gc_model *model = check->model;
	uint64_t matrix = (uint64_t) model->outputs * model->features;
	uint64_t numbers = model->section_bytes[GC_SECTION_NUMBERS] / sizeof(double);
	uint64_t expected = numbers;

	if (model->learner == GC_LINEAR)
		expected = matrix + model->outputs;
	else if (model->learner == GC_CENTROIDS)
		expected = matrix;
	else if (model->learner == GC_COMPONENTS)
		expected = matrix + model->features;
	else if (model->learner == GC_EXTERNAL)
		expected = 0;
	if (numbers != expected || model->section_bytes[GC_SECTION_NUMBERS] % sizeof(double) != 0)
		return gc_refuse(check, "The image's learner has %llu numbers; %llu belong to it.", (unsigned long long) numbers,
						 (unsigned long long) expected);
	if (gc_check_finite(check, "learner", model->section[GC_SECTION_NUMBERS], numbers) != 0)
		return -1;
	if (model->learner == GC_TREES)
		return check_views(check) != 0 ? -1 : check_trees(check);
	if (model->section_bytes[GC_SECTION_TREES] != 0 || model->section_bytes[GC_SECTION_NODES] != 0 ||
		model->section_bytes[GC_SECTION_VIEWS] != 0)
		return gc_refuse(check, "The image has trees that its learner does not use.");
	return check_external(check);
}
