/* Tables of score_quick.h: built from an open image's trees, in the caller's memory. */
#include "score_quick.h"

#include <math.h>
#include <string.h>

/* As wide a register as there is. */
#define GC_QUICK_ALIGNMENT 64
/* More than the second-level cache holds: walks read less of it. */
#define GC_QUICK_MAX_BYTES (16u << 20)

typedef struct gc_unrolled
{
	const gc_forest *forest;
	gc_quick_step *steps;
	double *values;
	uint32_t lane;
	uint32_t most_splits;
	uint32_t splits;
	uint32_t leaves;
} gc_unrolled;

static size_t
aligned(size_t size_bytes)
{
	return (size_bytes + GC_QUICK_ALIGNMENT - 1) / GC_QUICK_ALIGNMENT * GC_QUICK_ALIGNMENT;
}

static uint32_t
group_count(const gc_forest *forest)
{
	return (forest->count + GC_GROUP - 1) / GC_GROUP;
}

static uint32_t
trees_of(const gc_forest *forest, uint32_t group)
{
	uint32_t left = forest->count - group * GC_GROUP;

	return left < GC_GROUP ? left : GC_GROUP;
}

static uint32_t
most_splits(const gc_forest *forest, uint32_t group)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < trees_of(forest, group); i++)
	{
		uint32_t splits = forest->trees[group * GC_GROUP + i].splits;

		if (splits > most)
			most = splits;
	}
	return most;
}

static size_t
header_bytes(const gc_forest *forest)
{
	return aligned(sizeof(gc_quick) + group_count(forest) * sizeof(gc_quick_group));
}

static size_t
group_bytes(uint32_t splits)
{
	return splits * sizeof(gc_quick_step) + GC_GROUP * GC_QUICK_LEAVES * sizeof(double);
}

uint32_t
gc_simd_best(void)
{
#ifdef GC_HAS_SIMD
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd"))
		return GC_SIMD_AVX512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
		return GC_SIMD_AVX2;
#endif
	return GC_SIMD_NONE;
}

size_t
gc_quick_bytes(const gc_model *model)
{
	gc_forest forest;
	size_t tables = 0;
	size_t total;

	if (model->learner != GC_TREES || gc_simd_best() == GC_SIMD_NONE || gc_view_count(model) > UINT16_MAX + 1u)
		return 0;
	forest = gc_forest_of(model);
	for (uint32_t i = 0; i < group_count(&forest); i++)
	{
		uint32_t splits = most_splits(&forest, i);

		if (splits < GC_QUICK_LEAVES)
			tables += group_bytes(splits);
	}
	total = header_bytes(&forest) + tables;
	return tables == 0 || total > GC_QUICK_MAX_BYTES ? 0 : total;
}

/*
 * From left to right. False when the tree has no end within its own number of splits and a word's leaves: in a hostile image two splits
 * may share a child.
 */
static int
unroll(gc_unrolled *to, int32_t place)
{
	const gc_node *node = &to->forest->leaf_nodes[place];
	uint32_t first_leaf = to->leaves;
	gc_quick_step *step;

	if (place >= 0)
	{
		if (to->leaves == GC_QUICK_LEAVES)
			return 0;
		to->values[to->leaves++] = to->forest->leaves[place];
		return 1;
	}
	if (to->splits == to->most_splits)
		return 0;
	step = &to->steps[to->splits++];
	if (!unroll(to, node->child[1]))
		return 0;
	step->threshold[to->lane] = node->threshold;
	step->view[to->lane] = (uint16_t) node->view;
	step->leaves[to->lane] = ~(uint32_t) ((UINT64_C(1) << to->leaves) - (UINT64_C(1) << first_leaf));
	return unroll(to, node->child[0]);
}

static int
build_group(const gc_forest *forest, uint32_t number, uint32_t splits, gc_quick_group *group, gc_quick_step *steps,
			double (*values)[GC_QUICK_LEAVES])
{
	memset(values, 0, GC_GROUP * sizeof(*values));
	for (uint32_t i = 0; i < splits; i++)
		for (uint32_t lane = 0; lane < GC_GROUP; lane++)
		{
			steps[i].threshold[lane] = INFINITY;
			steps[i].view[lane] = 0;
			steps[i].leaves[lane] = UINT32_MAX;
		}
	for (uint32_t lane = 0; lane < trees_of(forest, number); lane++)
	{
		const gc_tree_record *tree = &forest->trees[number * GC_GROUP + lane];
		gc_unrolled unrolled = {forest, steps, values[lane], lane, tree->splits, 0, 0};

		if (!unroll(&unrolled, tree->root))
			return 0;
		group->splits[lane] = (uint8_t) unrolled.splits;
	}
	group->steps = steps;
	group->values = values;
	group->most_splits = splits;
	return 1;
}

void
gc_quicken(gc_model *model, void *memory, uint32_t simd)
{
	gc_forest forest = gc_forest_of(model);
	gc_quick *quick = memory;
	char *at = (char *) memory + header_bytes(&forest);

	memset(memory, 0, header_bytes(&forest));
	quick->simd = simd < gc_simd_best() ? simd : gc_simd_best();
	for (uint32_t i = 0; i < group_count(&forest); i++)
	{
		uint32_t splits = most_splits(&forest, i);
		gc_quick_step *steps = (gc_quick_step *) (void *) at;

		if (splits >= GC_QUICK_LEAVES)
			continue;
		if (!build_group(&forest, i, splits, &quick->group[i], steps, (double (*)[GC_QUICK_LEAVES]) (void *) (steps + splits)))
			continue;
		at += group_bytes(splits);
	}
	model->quick = quick->simd == GC_SIMD_NONE ? NULL : quick;
}

#ifdef GC_HAS_SIMD
/* With more the registers' look-ups take longer than walks. */
static uint32_t
most_row_views(const gc_quick *quick)
{
	return quick->simd == GC_SIMD_AVX512 ? GC_ROW_VIEWS : GC_ROW_VIEWS / 2;
}
#endif

int
gc_quick_row(const gc_model *model, uint32_t group, const float *views, double values[GC_GROUP])
{
#ifdef GC_HAS_SIMD
	const gc_quick *quick = model->quick;
	uint32_t view_count = gc_view_count(model);

	if (quick == NULL || quick->group[group].steps == NULL || view_count > most_row_views(quick))
		return 0;
	if (quick->simd == GC_SIMD_AVX512)
		gc_avx512_row(&quick->group[group], views, view_count, values);
	else
		gc_avx2_row(&quick->group[group], views, view_count, values);
	return 1;
#else
	(void) model, (void) group, (void) views, (void) values;
	return 0;
#endif
}

int
gc_quick_block(const gc_model *model, uint32_t tree, const float *views, size_t rows, double *values)
{
#ifdef GC_HAS_SIMD
	const gc_quick *quick = model->quick;
	const gc_quick_group *group = quick == NULL ? NULL : &quick->group[tree / GC_GROUP];

	if (group == NULL || group->steps == NULL)
		return 0;
	if (quick->simd == GC_SIMD_AVX512)
		gc_avx512_block(group, tree % GC_GROUP, views, gc_view_count(model), rows, values);
	else
		gc_avx2_block(group, tree % GC_GROUP, views, gc_view_count(model), rows, values);
	return 1;
#else
	(void) model, (void) tree, (void) views, (void) rows, (void) values;
	return 0;
#endif
}
