/*
 * Tables beside an image, with which a CPU of wide registers scores small trees without a branch. Private to the kernel.
 *
 * After QuickScorer (Lucchese et al., SIGIR 2015) and its vectorised form (Lucchese et al., SIGIR 2016): a split has a word in which the bits of the
 * leaves on its left are zero; the words of all splits that send a row right are ANDed, and the lowest bit left is the row's leaf. Unlike
 * there, splits are not sorted by threshold and all are compared: sixteen comparisons cost what one does, and none needs to be foreseen.
 */
#ifndef GRAINCAST_SCORE_QUICK_H
#define GRAINCAST_SCORE_QUICK_H

#include "score_image.h"

#if defined(__x86_64__)
#define GC_HAS_SIMD 1
#endif

/* Bits of a word. */
#define GC_QUICK_LEAVES 32

/* One split of each of sixteen trees. A tree with fewer splits than others ends in some that change nothing. */
typedef struct gc_quick_step
{
	float threshold[GC_GROUP];
	uint16_t view[GC_GROUP];
	uint32_t leaves[GC_GROUP];	/* bit i: a row that goes right may still reach leaf i, counted from the left */
} gc_quick_step;

/* Sixteen trees; the last group may have fewer. */
typedef struct gc_quick_group
{
	const gc_quick_step *steps;	/* NULL: a tree is too large, all are walked */
	const double (*values)[GC_QUICK_LEAVES];	/* of each tree's leaves, from the left */
	uint32_t most_splits;
	uint8_t splits[GC_GROUP];
} gc_quick_group;

struct gc_quick
{
	uint32_t simd;				/* gc_simd */
	gc_quick_group group[];
};

/* views: GC_ROW_VIEWS numbers; values: of the leaves that the row reaches. */
void gc_avx512_row(const gc_quick_group *group, const float *views, uint32_t view_count, double values[GC_GROUP]);
void gc_avx2_row(const gc_quick_group *group, const float *views, uint32_t view_count, double values[GC_GROUP]);

/* views: a block's, of rows by sixteens; values: of the leaves that its rows reach in one of the group's trees. */
void gc_avx512_block(const gc_quick_group *group, uint32_t tree, const float *views, uint32_t view_count, size_t rows, double *values);
void gc_avx2_block(const gc_quick_group *group, uint32_t tree, const float *views, uint32_t view_count, size_t rows, double *values);

#endif
