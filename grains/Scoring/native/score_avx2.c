/* The tables of score_quick.h by AVX2: eight trees of a row, or eight rows of a tree, in a register. */
#include "score_quick.h"

#ifdef GC_HAS_SIMD
#include <immintrin.h>

#define GC_AVX2 __attribute__((target("avx2,bmi")))
#define GC_INLINE static inline __attribute__((always_inline)) GC_AVX2
#define GC_LANES_AVX2 8

/* Where the row goes right. NaN is not below anything. */
GC_INLINE __m256i
keep_right(__m256i words, __m256 views, __m256 thresholds, __m256i leaves)
{
	__m256i right = _mm256_castps_si256(_mm256_cmp_ps(views, thresholds, _CMP_NLE_UQ));

	return _mm256_andnot_si256(_mm256_andnot_si256(leaves, right), words);
}

GC_INLINE void
store(__m256i words, uint32_t out[GC_LANES_AVX2])
{
	_mm256_storeu_si256((__m256i *) (void *) out, words);
}

GC_INLINE __m256i
load(const uint32_t in[GC_LANES_AVX2])
{
	return _mm256_loadu_si256((const __m256i *) (const void *) in);
}

/* table: a row's views in 1, 2 or 4 registers. A blend looks at the sign, so the index's bit goes there. */
GC_INLINE __m256
look_up(const __m256 *table, uint32_t registers, __m256i index)
{
	__m256 found = _mm256_permutevar8x32_ps(table[0], index);
	__m256 odd = _mm256_castsi256_ps(_mm256_slli_epi32(index, 28));
	__m256 high = _mm256_castsi256_ps(_mm256_slli_epi32(index, 27));

	if (registers > 1)
		found = _mm256_blendv_ps(found, _mm256_permutevar8x32_ps(table[1], index), odd);
	if (registers > 2)
	{
		__m256 other = _mm256_blendv_ps(_mm256_permutevar8x32_ps(table[2], index), _mm256_permutevar8x32_ps(table[3], index), odd);

		found = _mm256_blendv_ps(found, other, high);
	}
	return found;
}

GC_INLINE void
row_words(const gc_quick_group *group, const float *views, uint32_t registers, uint32_t out[GC_GROUP])
{
	__m256i words[2] = {_mm256_set1_epi32(-1), _mm256_set1_epi32(-1)};
	__m256 table[4];

	for (uint32_t i = 0; i < registers; i++)
		table[i] = _mm256_loadu_ps(views + GC_LANES_AVX2 * i);
	for (uint32_t i = 0; i < group->most_splits; i++)
	{
		const gc_quick_step *step = &group->steps[i];

		for (uint32_t half = 0; half < 2; half++)
		{
			uint32_t first = half * GC_LANES_AVX2;
			__m256i index = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *) (const void *) (step->view + first)));
			__m256 x = look_up(table, registers, index);

			words[half] = keep_right(words[half], x, _mm256_loadu_ps(step->threshold + first), load(step->leaves + first));
		}
	}
	store(words[0], out);
	store(words[1], out + GC_LANES_AVX2);
}

GC_AVX2 void
gc_avx2_row(const gc_quick_group *group, const float *views, uint32_t view_count, double values[GC_GROUP])
{
	uint32_t words[GC_GROUP];

	if (view_count <= GC_LANES_AVX2)
		row_words(group, views, 1, words);
	else if (view_count <= 2 * GC_LANES_AVX2)
		row_words(group, views, 2, words);
	else
		row_words(group, views, 4, words);
	for (uint32_t i = 0; i < GC_GROUP; i++)
		values[i] = group->values[i][__builtin_ctz(words[i])];
}

/* groups of sixteen rows, at most two: their words stay in registers. */
GC_INLINE void
block(const gc_quick_group *group, uint32_t tree, const float *views, uint32_t view_count, uint32_t groups, double *values)
{
	size_t stride = (size_t) view_count * GC_GROUP;
	__m256i words[4];
	uint32_t leaves[2 * GC_GROUP];

	for (uint32_t h = 0; h < 2 * groups; h++)
		words[h] = _mm256_set1_epi32(-1);
	for (uint32_t i = 0; i < group->splits[tree]; i++)
	{
		const gc_quick_step *step = &group->steps[i];
		const float *x = views + (size_t) step->view[tree] * GC_GROUP;
		__m256 threshold = _mm256_set1_ps(step->threshold[tree]);
		__m256i reachable = _mm256_set1_epi32((int) step->leaves[tree]);

		for (uint32_t h = 0; h < 2 * groups; h++)
			words[h] = keep_right(words[h], _mm256_loadu_ps(x + h / 2 * stride + h % 2 * GC_LANES_AVX2), threshold, reachable);
	}
	for (uint32_t h = 0; h < 2 * groups; h++)
		store(words[h], leaves + h * GC_LANES_AVX2);
	for (uint32_t i = 0; i < groups * GC_GROUP; i++)
		values[i] = group->values[tree][__builtin_ctz(leaves[i])];
}

GC_AVX2 void
gc_avx2_block(const gc_quick_group *group, uint32_t tree, const float *views, uint32_t view_count, size_t rows, double *values)
{
	size_t row = 0;

	for (; row + 2 * GC_GROUP <= rows; row += 2 * GC_GROUP)
		block(group, tree, views + row * view_count, view_count, 2, values + row);
	if (row < rows)
		block(group, tree, views + row * view_count, view_count, 1, values + row);
}
#endif
