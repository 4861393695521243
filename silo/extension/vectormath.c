/* pgml.add … cosine_similarity: arithmetic, norms and distances of vectors. Each function serves real[] and double precision[]. */
#include "vector.h"

#include <math.h>

/* A term of a sum over the elements of one vector or of a pair. */
typedef double (*Term) (const void *a, const void *b, int i, bool single);

/* Fixed lanes: the compiler may not reorder additions of floating point, but it may do eight at once. */
#define LANES 8

/* Sums of squares between these are exact enough, and so are products of two of them: nothing overflowed, nothing that matters vanished. */
#define SQUARES_MIN 1e-140
#define SQUARES_MAX 1e140

static void
check_lengths(const Vector *vector, const Vector *other, const char *name)
{
	if (vector->count != other->count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"vector\" has %d elements and \"%s\" has %d", vector->count, name, other->count),
				 errhint("Both must have the same length.")));
}

static Datum
number(const Vector *vector, double value)
{
	return vector->single ? Float4GetDatum((float4) value) : Float8GetDatum(value);
}

/* b: as many numbers as a, or one. */
static pg_attribute_always_inline void
each(void *restrict out, const void *a, const void *b, bool scalar, int count, bool single, VectorOperator operator)
{
	for (int i = 0; i < count; i++)
		vector_set(out, i, single, operator(vector_get(a, i, single), vector_get(b, scalar ? 0 : i, single)));
}

static pg_attribute_always_inline Datum
with_vector(FunctionCallInfo fcinfo, const char *name, VectorOperator operator)
{
	Vector		a = vector_argument(fcinfo, 0, "vector");
	Vector		b = vector_argument(fcinfo, 1, name);
	Vector		out;

	check_lengths(&a, &b, name);
	out = vector_create(a.count, a.single);
	if (a.single)
		each(out.values, a.values, b.values, false, a.count, true, operator);
	else
		each(out.values, a.values, b.values, false, a.count, false, operator);
	PG_RETURN_ARRAYTYPE_P(out.array);
}

static pg_attribute_always_inline Datum
with_scalar(FunctionCallInfo fcinfo, VectorOperator operator)
{
	Vector		a = vector_argument(fcinfo, 0, "vector");
	Vector		out = vector_create(a.count, a.single);

	if (a.single)
	{
		float4		scalar = PG_GETARG_FLOAT4(1);

		each(out.values, a.values, &scalar, true, a.count, true, operator);
	}
	else
	{
		float8		scalar = PG_GETARG_FLOAT8(1);

		each(out.values, a.values, &scalar, true, a.count, false, operator);
	}
	PG_RETURN_ARRAYTYPE_P(out.array);
}

#define ARITHMETIC(name, argument, expression) \
	PG_FUNCTION_INFO_V1(graincast_##name); \
	PG_FUNCTION_INFO_V1(graincast_##name##_scalar); \
	static inline double name##_each(double a, double b) { return expression; } \
	Datum graincast_##name(PG_FUNCTION_ARGS) { return with_vector(fcinfo, argument, name##_each); } \
	Datum graincast_##name##_scalar(PG_FUNCTION_ARGS) { return with_scalar(fcinfo, name##_each); }

ARITHMETIC(add, "addend", a + b)
ARITHMETIC(subtract, "subtrahend", a - b)
ARITHMETIC(multiply, "multiplicand", a * b)
ARITHMETIC(divide, "dividend", a / b)

#define TERM(name, expression) \
	static inline double name(const void *a, const void *b, int i, bool single) { return expression; }

TERM(element, vector_get(a, i, single))
TERM(nonzero, vector_get(a, i, single) != 0)
TERM(magnitude, fabs(vector_get(a, i, single)))
TERM(difference, vector_get(a, i, single) - vector_get(b, i, single))
TERM(gap, fabs(vector_get(a, i, single) - vector_get(b, i, single)))
TERM(product, vector_get(a, i, single) * vector_get(b, i, single))

static inline double
plus(double total, double term)
{
	return total + term;
}

static inline double
plus_square(double total, double term)
{
	return total + term * term;
}

/* divisor: 1 costs nothing. */
static pg_attribute_always_inline double
fold(Term term, VectorOperator operator, const void *a, const void *b, int count, bool single, double divisor)
{
	double		lane[LANES] = {0};
	int			whole = count / LANES * LANES;

	for (int i = 0; i < whole; i += LANES)
		for (int l = 0; l < LANES; l++)
			lane[l] = operator(lane[l], term(a, b, i + l, single) / divisor);
	for (int i = whole; i < count; i++)
		lane[i - whole] = operator(lane[i - whole], term(a, b, i, single) / divisor);
	for (int half = LANES / 2; half > 0; half /= 2)
		for (int l = 0; l < half; l++)
			lane[l] = operator == plus_square ? lane[l] + lane[l + half] : operator(lane[l], lane[l + half]);
	return lane[0];
}

static pg_attribute_always_inline double
fold_vectors(Term term, VectorOperator operator, const Vector *a, const Vector *b, double divisor)
{
	const void *other = b == NULL ? NULL : b->values;

	return a->single
		? fold(term, operator, a->values, other, a->count, true, divisor)
		: fold(term, operator, a->values, other, a->count, false, divisor);
}

static pg_attribute_always_inline double
total(Term term, const Vector *a, const Vector *b)
{
	return fold_vectors(term, plus, a, b, 1);
}

static double
greatest(const Vector *vector)
{
	return fold_vectors(magnitude, vector_greater, vector, NULL, 1);
}

static bool
in_range(double squares)
{
	return squares > SQUARES_MIN && squares < SQUARES_MAX;
}

/* The root of the sum of squares; when that would leave the range, of the terms over the greatest one. */
static pg_attribute_always_inline double
length(Term term, Term term_magnitude, const Vector *a, const Vector *b)
{
	double		squares = fold_vectors(term, plus_square, a, b, 1);
	double		divisor;

	if (likely(in_range(squares)))
		return sqrt(squares);
	divisor = fold_vectors(term_magnitude, vector_greater, a, b, 1);
	if (divisor == 0 || !isfinite(divisor))
		return divisor;
	return divisor * sqrt(fold_vectors(term, plus_square, a, b, divisor));
}

static double
norm_l0(const Vector *vector)
{
	return total(nonzero, vector, NULL);
}

static double
norm_l1(const Vector *vector)
{
	return total(magnitude, vector, NULL);
}

static double
norm_l2(const Vector *vector)
{
	return length(element, magnitude, vector, NULL);
}

static double
distance_l1(const Vector *vector, const Vector *other)
{
	return total(gap, vector, other);
}

static double
distance_l2(const Vector *vector, const Vector *other)
{
	return length(difference, gap, vector, other);
}

static double
dot_product(const Vector *vector, const Vector *other)
{
	return total(product, vector, other);
}

/* Between -1 and 1 whatever was rounded, or acos() would refuse it. */
static double
cosine(double dot, double squares, double other_squares)
{
	double		similarity = dot / sqrt(squares * other_squares);

	return similarity > 1 ? 1 : similarity < -1 ? -1 : similarity;
}

/* NaN when either is a vector of zeros. */
static double
cosine_similarity(const Vector *vector, const Vector *other)
{
	double		squares = fold_vectors(element, plus_square, vector, NULL, 1);
	double		other_squares = fold_vectors(element, plus_square, other, NULL, 1);
	double		dot = 0;
	double		divisor;
	double		other_divisor;

	if (likely(in_range(squares) && in_range(other_squares)))
		return cosine(dot_product(vector, other), squares, other_squares);
	divisor = greatest(vector);
	other_divisor = greatest(other);
	for (int i = 0; i < vector->count; i++)
		dot += vector_get(vector->values, i, vector->single) / divisor * (vector_get(other->values, i, other->single) / other_divisor);
	return cosine(dot, fold_vectors(element, plus_square, vector, NULL, divisor), fold_vectors(element, plus_square, other, NULL, other_divisor));
}

#define OF_VECTOR(name) \
	PG_FUNCTION_INFO_V1(graincast_##name); \
	Datum graincast_##name(PG_FUNCTION_ARGS) \
	{ \
		Vector		vector = vector_argument(fcinfo, 0, "vector"); \
		return number(&vector, name(&vector)); \
	}

#define OF_PAIR(name) \
	PG_FUNCTION_INFO_V1(graincast_##name); \
	Datum graincast_##name(PG_FUNCTION_ARGS) \
	{ \
		Vector		vector = vector_argument(fcinfo, 0, "vector"); \
		Vector		other = vector_argument(fcinfo, 1, "other"); \
		check_lengths(&vector, &other, "other"); \
		return number(&vector, name(&vector, &other)); \
	}

OF_VECTOR(norm_l0)
OF_VECTOR(norm_l1)
OF_VECTOR(norm_l2)
OF_PAIR(distance_l1)
OF_PAIR(distance_l2)
OF_PAIR(dot_product)
OF_PAIR(cosine_similarity)

PG_FUNCTION_INFO_V1(graincast_norm_max);
PG_FUNCTION_INFO_V1(graincast_normalize_l1);
PG_FUNCTION_INFO_V1(graincast_normalize_l2);
PG_FUNCTION_INFO_V1(graincast_normalize_max);

Datum
graincast_norm_max(PG_FUNCTION_ARGS)
{
	Vector		vector = vector_argument(fcinfo, 0, "vector");

	return number(&vector, greatest(&vector));
}

/* The norm is not rounded to real before it divides. A vector of zeros becomes one of NaN. */
static Datum
normalize(FunctionCallInfo fcinfo, double (*norm_of) (const Vector *))
{
	Vector		vector = vector_argument(fcinfo, 0, "vector");
	Vector		out = vector_create(vector.count, vector.single);
	double		norm = norm_of(&vector);

	if (vector.single)
	{
		for (int i = 0; i < vector.count; i++)
			vector_set(out.values, i, true, vector_get(vector.values, i, true) / norm);
	}
	else
	{
		for (int i = 0; i < vector.count; i++)
			vector_set(out.values, i, false, vector_get(vector.values, i, false) / norm);
	}
	PG_RETURN_ARRAYTYPE_P(out.array);
}

Datum
graincast_normalize_l1(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, norm_l1);
}

Datum
graincast_normalize_l2(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, norm_l2);
}

Datum
graincast_normalize_max(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, greatest);
}
