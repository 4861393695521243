/* The background of an image, what contributions are counted from, and the walk that meets every leaf of a tree. Private to the kernel. */
#ifndef GRAINCAST_SCORE_EXPLAIN_H
#define GRAINCAST_SCORE_EXPLAIN_H

#include "score_image.h"

/* Trees with a background have no longer path: the work for a leaf grows with the square of its path. */
#define GC_MAX_DEPTH 4096

typedef struct gc_step
{
	int32_t split;
	int32_t side;				/* of its children */
} gc_step;

/* From a place to the leftmost leaf below it; a split instead, when the path has no room for more. */
static inline int32_t
gc_descend(const gc_node *leaf_nodes, int32_t place, gc_step *path, uint32_t *depth)
{
	while (place < 0 && *depth < GC_MAX_DEPTH)
	{
		path[(*depth)++] = (gc_step) {.split = place, .side = 0};
		place = leaf_nodes[place].child[0];
	}
	return place;
}

/* From a leaf to where the next one is below; depth 0 when there is none. */
static inline int32_t
gc_ascend(const gc_node *leaf_nodes, gc_step *path, uint32_t *depth)
{
	while (*depth > 0 && path[*depth - 1].side == 1)
		(*depth)--;
	if (*depth == 0)
		return 0;
	path[*depth - 1].side = 1;
	return leaf_nodes[path[*depth - 1].split].child[1];
}

/* score_quadrature.c: the nodes with which a sum of weight · p(at) is the integral over 0 … 1 of each polynomial p of degree 2 · count - 1. */
typedef struct gc_quadrature_node
{
	double at;
	double weight;
} gc_quadrature_node;

void gc_fill_nodes(gc_quadrature_node *nodes, uint32_t count);

#endif
