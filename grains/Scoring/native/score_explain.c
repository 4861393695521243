/*
 * Contributions of the inputs to a score: exact Shapley values, of linear scores against the mean row, of trees those of TreeSHAP, path
 * dependent (Lundberg, Erion, Lee 2018). A leaf is a game of the features on its path: it counts with the product of with_j over the
 * known and without_j over the unknown ones. By Owen's multilinear extension (1972) the Shapley value of feature i in it is
 *     value · (with_i - without_i) · integral over t in 0 … 1 of the product over j != i of without_j + (with_j - without_j) · t,
 * a polynomial, which Gauss-Legendre quadrature with half as many nodes as features integrates exactly. That takes the time of TreeSHAP's
 * algorithm 2, O(leaves · depth^2), and adds positive numbers only; UNWIND loses all digits on long paths with shares near 1.
 */
#include "score_explain.h"

#include <string.h>

/* A feature on the path to a leaf. */
typedef struct path_element
{
	uint32_t feature;
	double without;				/* the share of rows that its splits let pass */
	double with;				/* 1 when the row passes them, else 0 */
	double factor;				/* between the two, at a node */
	double integral;
} path_element;

/* The work memory: a row's, and where the walk stands. */
typedef struct explanation
{
	gc_forest forest;			/* empty for a linear model */
	const uint32_t *leaf_rows;
	uint32_t output;
	uint32_t tree;
	uint32_t depth;				/* 0: the tree is not begun */
	int32_t place;				/* the next leaf is below */
	double *cover;				/* rows under each split of one tree */
	path_element *elements;
	gc_step *path;
	gc_quadrature_node *nodes;		/* 1 for one node, then 2 for two … */
	uint8_t *has_nodes;			/* by their number */
	uint32_t *input_of;			/* of each feature */
	float *features;
	float *views;				/* in groups of GC_GROUP, of which the row is the first */
} explanation;

static uint32_t
most_splits(const gc_model *model)
{
	const gc_tree_record *trees = model->section[GC_SECTION_TREES];
	uint64_t count = model->section_bytes[GC_SECTION_TREES] / sizeof(gc_tree_record);
	uint32_t most = 0;

	for (uint64_t i = 0; i < count; i++)
		if (trees[i].splits > most)
			most = trees[i].splits;
	return most;
}

/* That integrate a polynomial of one degree less than there are features. */
static uint32_t
nodes_for(uint32_t features)
{
	return (features + 1) / 2;
}

static void *
take(uintptr_t *at, size_t size_bytes)
{
	uintptr_t start = *at;

	*at += size_bytes;
	return (void *) start;
}

/* Where in work memory everything is; returns its size. */
static size_t
lay_out(const gc_model *model, void *work, explanation *out)
{
	uint32_t splits = most_splits(model);
	size_t depth = splits < GC_MAX_DEPTH ? splits : GC_MAX_DEPTH;
	size_t most_nodes = nodes_for(depth < model->features ? (uint32_t) depth : model->features);
	uintptr_t at = (uintptr_t) work + sizeof(explanation);

	out->cover = take(&at, splits * sizeof(double));
	out->elements = take(&at, depth * sizeof(path_element));
	out->nodes = take(&at, (most_nodes + 1) * most_nodes / 2 * sizeof(gc_quadrature_node));
	out->path = take(&at, depth * sizeof(gc_step));
	out->input_of = take(&at, model->features * sizeof(uint32_t));
	out->features = take(&at, model->features * sizeof(float));
	out->views = take(&at, (size_t) gc_view_count(model) * GC_GROUP * sizeof(float));
	out->has_nodes = take(&at, most_nodes + 1);
	return at - (uintptr_t) work;
}

static double
cover_of(const explanation *e, const gc_tree_record *tree, int32_t place)
{
	return place < 0 ? e->cover[place - tree->root] : (double) e->leaf_rows[place];
}

/* Children have higher places than their parents. */
static void
fill_cover(explanation *e, const gc_tree_record *tree)
{
	for (uint32_t i = tree->splits; i-- > 0;)
	{
		const gc_node *node = &e->forest.leaf_nodes[tree->root + (int32_t) i];

		e->cover[i] = cover_of(e, tree, node->child[0]) + cover_of(e, tree, node->child[1]);
	}
}

/* The features of a path, each once; returns how many. */
static uint32_t
fill_elements(const gc_model *model, explanation *e, const gc_tree_record *tree)
{
	const gc_view *views = model->section[GC_SECTION_VIEWS];
	uint32_t count = 0;

	for (uint32_t i = 0; i < e->depth; i++)
	{
		const gc_node *node = &e->forest.leaf_nodes[e->path[i].split];
		int32_t side = e->path[i].side;
		double share = cover_of(e, tree, node->child[side]) / cover_of(e, tree, e->path[i].split);
		uint32_t feature = views[node->view].feature;
		uint32_t at = 0;

		while (at < count && e->elements[at].feature != feature)
			at++;
		if (at == count)
			e->elements[count++] = (path_element) {.feature = feature, .without = 1, .with = 1};
		e->elements[at].without *= share;
		if ((e->views[(size_t) node->view * GC_GROUP] <= node->threshold) != side)
			e->elements[at].with = 0;
	}
	return count;
}

static const gc_quadrature_node *
nodes_of(explanation *e, uint32_t count)
{
	gc_quadrature_node *nodes = e->nodes + (size_t) count * (count - 1) / 2;

	if (!e->has_nodes[count])
		gc_fill_nodes(nodes, count);
	e->has_nodes[count] = 1;
	return nodes;
}

static void
integrate(path_element *elements, uint32_t count, const gc_quadrature_node *nodes)
{
	for (uint32_t i = 0; i < count; i++)
		elements[i].integral = 0;
	for (uint32_t k = 0; k < nodes_for(count); k++)
	{
		double product = nodes[k].weight;

		for (uint32_t i = 0; i < count; i++)
		{
			elements[i].factor = elements[i].without + (elements[i].with - elements[i].without) * nodes[k].at;
			product *= elements[i].factor;
		}
		for (uint32_t i = 0; i < count; i++)
			elements[i].integral += product / elements[i].factor;
	}
}

static void
add_leaf(explanation *e, uint32_t count, double value, double *contributions, double *base)
{
	double expected = value;

	if (count > 0)
		integrate(e->elements, count, nodes_of(e, nodes_for(count)));
	for (uint32_t i = 0; i < count; i++)
	{
		const path_element *element = &e->elements[i];

		expected *= element->without;
		contributions[e->input_of[element->feature]] += element->integral * (element->with - element->without) * value;
	}
	*base += expected;
}

static void
add_linear(const gc_model *model, const explanation *e, uint32_t output, double *contributions, double *base)
{
	const double *numbers = model->section[GC_SECTION_NUMBERS];
	const double *weights = numbers + (size_t) output * model->features;
	const double *mean = model->section[GC_SECTION_BACKGROUND];

	*base = numbers[(size_t) model->outputs * model->features + output];
	for (uint32_t i = 0; i < model->features; i++)
	{
		*base += weights[i] * mean[i];
		contributions[e->input_of[i]] += weights[i] * ((double) e->features[i] - mean[i]);
	}
}

int
gc_explains(const gc_model *model)
{
	if ((model->learner != GC_LINEAR && model->learner != GC_TREES) || model->link == GC_VOTES)
		return -1;
	return model->section_bytes[GC_SECTION_BACKGROUND] != 0;
}

size_t
gc_explain_work_bytes(const gc_model *model)
{
	explanation e;

	return lay_out(model, NULL, &e);
}

void
gc_explain_row(const gc_model *model, const float *inputs, void *work)
{
	const gc_column_record *columns = model->section[GC_SECTION_COLUMNS];
	const float *features;
	explanation *e = work;
	size_t size_bytes;

	memset(e, 0, sizeof(*e));
	size_bytes = lay_out(model, work, e);
	memset(e->has_nodes, 0, (size_t) ((char *) work + size_bytes - (char *) e->has_nodes));
	for (uint32_t i = 0; i < model->columns; i++)
		for (uint32_t j = 0; j < columns[i].features; j++)
			e->input_of[columns[i].first_feature + j] = columns[i].first_input + (columns[i].kind == GC_NUMBER ? j : 0);
	features = gc_prepare(model, inputs, e->features);
	if (features == inputs)
		memcpy(e->features, inputs, model->features * sizeof(float));
	if (model->learner != GC_TREES)
		return;
	e->forest = gc_forest_of(model);
	e->leaf_rows = model->section[GC_SECTION_BACKGROUND];
	gc_tree_views(model, e->features, e->views, 0);
}

void
gc_explain_output(const gc_model *model, uint32_t output, double *contributions, double *base, void *work)
{
	explanation *e = work;

	e->output = output;
	e->tree = 0;
	e->depth = 0;
	memset(contributions, 0, model->inputs * sizeof(double));
	if (model->learner == GC_LINEAR)
		add_linear(model, e, output, contributions, base);
	else
		*base = e->forest.base[output];
}

int
gc_explain_leaf(const gc_model *model, double *contributions, double *base, void *work)
{
	explanation *e = work;
	const gc_tree_record *tree;
	int32_t leaf;

	while (e->tree < e->forest.count && e->forest.trees[e->tree].output != e->output)
		e->tree++;
	if (e->tree == e->forest.count)
		return 0;
	tree = &e->forest.trees[e->tree];
	if (e->depth == 0)
	{
		fill_cover(e, tree);
		e->place = tree->root;
	}
	leaf = gc_descend(e->forest.leaf_nodes, e->place, e->path, &e->depth);
	add_leaf(e, fill_elements(model, e, tree), e->forest.factor * e->forest.leaves[leaf], contributions, base);
	e->place = gc_ascend(e->forest.leaf_nodes, e->path, &e->depth);
	if (e->depth == 0)
		e->tree++;
	return 1;
}
