/* The trees of an open model, one by one, for who writes them in another form. */
#include "score_image.h"

static uint32_t
split_count(const gc_model *model)
{
	return (uint32_t) (model->section_bytes[GC_SECTION_NODES] / sizeof(gc_node) - gc_tree_count(model)) / 2;
}

uint32_t
gc_tree_count(const gc_model *model)
{
	return (uint32_t) (model->section_bytes[GC_SECTION_TREES] / sizeof(gc_tree_record));
}

int
gc_is_prepared(const gc_model *model)
{
	return (gc_header_of(model)->flags & GC_FLAG_PREPARE) != 0;
}

void
gc_tree_at(const gc_model *model, uint32_t tree, gc_tree *out)
{
	const gc_tree_record *record = (const gc_tree_record *) model->section[GC_SECTION_TREES] + tree;

	/* Trees lie one after the other, each with a leaf more than splits. */
	uint32_t first_split = (uint32_t) (record->splits > 0 ? record->root + (int32_t) split_count(model) : record->root - (int32_t) tree);

	*out = (gc_tree) {.output = record->output, .splits = record->splits, .first_split = first_split, .first_leaf = first_split + tree};
}

void
gc_split_at(const gc_model *model, const gc_tree *tree, uint32_t split, gc_split *out)
{
	const gc_node *node = (const gc_node *) model->section[GC_SECTION_NODES] + tree->first_split + split;
	const gc_view *view = (const gc_view *) model->section[GC_SECTION_VIEWS] + node->view;
	uint32_t rule = view->rule;
	int32_t child[2];

	for (int side = 0; side < 2; side++)
	{
		int32_t place = node->child[side];

		child[side] = place < 0 ? place + (int32_t) (split_count(model) - tree->first_split) : ~(place - (int32_t) tree->first_leaf);
	}
	*out = (gc_split) {
		.feature = view->feature,
		.threshold = node->threshold,
		.missing = rule == GC_VIEW_NAN_ZERO ? GC_SPLIT_NONE : rule == GC_VIEW_NAN_LEFT || rule == GC_VIEW_NAN_RIGHT ? GC_SPLIT_NAN : GC_SPLIT_ZERO,
		.default_left = rule == GC_VIEW_NAN_LEFT || rule == GC_VIEW_ZERO_LEFT,
		.left = child[1],
		.right = child[0],
	};
}

double
gc_leaf_at(const gc_model *model, const gc_tree *tree, uint32_t leaf)
{
	const double *numbers = model->section[GC_SECTION_NUMBERS];

	return numbers[model->outputs] * numbers[model->outputs + 1 + tree->first_leaf + leaf];
}

double
gc_base_at(const gc_model *model, uint32_t output)
{
	return ((const double *) model->section[GC_SECTION_NUMBERS])[output];
}
