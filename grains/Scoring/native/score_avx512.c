/* The tables of score_quick.h by AVX-512: sixteen trees of a row, or sixteen rows of a tree, in a register. */
#include "score_quick.h"

#ifdef GC_HAS_SIMD
#include <immintrin.h>

#define GC_AVX512 __attribute__((target("avx512f,avx512cd")))
#define GC_INLINE static inline __attribute__((always_inline)) GC_AVX512

/* Numbers of the lowest bits that are set; each word has one. */
GC_INLINE __m512i
lowest_bits(__m512i words)
{
	__m512i lowest = _mm512_and_epi32(words, _mm512_sub_epi32(_mm512_setzero_si512(), words));

	return _mm512_sub_epi32(_mm512_set1_epi32(31), _mm512_lzcnt_epi32(lowest));
}

/* Where the row goes right. NaN is not below anything. */
GC_INLINE __m512i
keep_right(__m512i words, __m512 views, __m512 thresholds, __m512i leaves)
{
	return _mm512_mask_and_epi32(words, _mm512_cmp_ps_mask(views, thresholds, _CMP_NLE_UQ), words, leaves);
}

/* table: a row's views in 1, 2 or 4 registers. */
GC_INLINE __m512
look_up(const __m512 *table, uint32_t registers, __m512i index)
{
	__m512 low;
	__m512 high;

	if (registers == 1)
		return _mm512_permutexvar_ps(index, table[0]);
	low = _mm512_permutex2var_ps(table[0], index, table[1]);
	if (registers == 2)
		return low;
	high = _mm512_permutex2var_ps(table[2], index, table[3]);
	return _mm512_mask_blend_ps(_mm512_test_epi32_mask(index, _mm512_set1_epi32(32)), low, high);
}

GC_INLINE __m512i
row_leaves(const gc_quick_group *group, const float *views, uint32_t registers)
{
	__m512i words = _mm512_set1_epi32(-1);
	__m512 table[4];

	for (uint32_t i = 0; i < registers; i++)
		table[i] = _mm512_loadu_ps(views + 16 * i);
	for (uint32_t i = 0; i < group->most_splits; i++)
	{
		const gc_quick_step *step = &group->steps[i];
		__m512 x = look_up(table, registers, _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *) (const void *) step->view)));

		words = keep_right(words, x, _mm512_loadu_ps(step->threshold), _mm512_loadu_si512(step->leaves));
	}
	return lowest_bits(words);
}

GC_AVX512 void
gc_avx512_row(const gc_quick_group *group, const float *views, uint32_t view_count, double values[GC_GROUP])
{
	_Alignas(64) uint32_t leaves[GC_GROUP];

	if (view_count <= 16)
		_mm512_store_si512(leaves, row_leaves(group, views, 1));
	else if (view_count <= 32)
		_mm512_store_si512(leaves, row_leaves(group, views, 2));
	else
		_mm512_store_si512(leaves, row_leaves(group, views, 4));
	for (uint32_t i = 0; i < GC_GROUP; i++)
		values[i] = group->values[i][leaves[i]];
}

/* Leaf values of eight rows: the table's 32 values lie in four registers. */
GC_INLINE __m512d
values_of(const __m512d table[4], __m256i leaves)
{
	__m512i index = _mm512_cvtepu32_epi64(leaves);
	__m512d low = _mm512_permutex2var_pd(table[0], index, table[1]);
	__m512d high = _mm512_permutex2var_pd(table[2], index, table[3]);

	return _mm512_mask_blend_pd(_mm512_test_epi64_mask(index, _mm512_set1_epi64(16)), low, high);
}

/* groups of sixteen rows, at most four: their words stay in registers. */
GC_INLINE void
block(const gc_quick_group *group, uint32_t tree, const float *views, uint32_t view_count, uint32_t groups, double *values)
{
	size_t stride = (size_t) view_count * GC_GROUP;
	__m512i words[4];
	__m512d table[4];

	for (uint32_t g = 0; g < groups; g++)
		words[g] = _mm512_set1_epi32(-1);
	for (uint32_t i = 0; i < group->splits[tree]; i++)
	{
		const gc_quick_step *step = &group->steps[i];
		const float *x = views + (size_t) step->view[tree] * GC_GROUP;
		__m512 threshold = _mm512_set1_ps(step->threshold[tree]);
		__m512i leaves = _mm512_set1_epi32((int) step->leaves[tree]);

		for (uint32_t g = 0; g < groups; g++)
			words[g] = keep_right(words[g], _mm512_loadu_ps(x + g * stride), threshold, leaves);
	}
	for (uint32_t i = 0; i < 4; i++)
		table[i] = _mm512_loadu_pd(group->values[tree] + 8 * i);
	for (uint32_t g = 0; g < groups; g++)
	{
		__m512i leaves = lowest_bits(words[g]);

		_mm512_storeu_pd(values + 16 * g, values_of(table, _mm512_castsi512_si256(leaves)));
		_mm512_storeu_pd(values + 16 * g + 8, values_of(table, _mm512_extracti64x4_epi64(leaves, 1)));
	}
}

GC_AVX512 void
gc_avx512_block(const gc_quick_group *group, uint32_t tree, const float *views, uint32_t view_count, size_t rows, double *values)
{
	size_t row = 0;

	for (; row + 64 <= rows; row += 64)
		block(group, tree, views + row * view_count, view_count, 4, values + row);
	for (; row < rows; row += GC_GROUP)
		block(group, tree, views + row * view_count, view_count, 1, values + row);
}
#endif
