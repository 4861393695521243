/*
 * Vectors: arrays of real or double precision without NULLs. An array of several dimensions is taken flat, as predict takes it, and the vectors that
 * are made of it have one dimension. Numbers follow IEEE 754: a division by zero is infinite or NaN, and so is what leaves the range.
 */
#ifndef GRAINCAST_VECTOR_H
#define GRAINCAST_VECTOR_H

#include "prelude.h"

typedef struct Vector
{
	ArrayType  *array;
	void	   *values;
	int			count;
	bool		single;			/* real; else double precision */
} Vector;

typedef double (*VectorOperator) (double a, double b);

extern Vector vector_of(ArrayType *array, const char *name);
extern Vector vector_argument(FunctionCallInfo fcinfo, int argument, const char *name);
extern Vector vector_create(int count, bool single);

/*
 * Loops call these with a constant `single`, so each is compiled for one type and vectorised. Of two reals the sum, difference, product or quotient in
 * double precision rounds to the real that arithmetic in real gives (53 bits are more than twice 24), and the compiler knows.
 */
static pg_attribute_always_inline double
vector_get(const void *values, int i, bool single)
{
	return single ? ((const float *) values)[i] : ((const double *) values)[i];
}

static pg_attribute_always_inline void
vector_set(void *values, int i, bool single, double value)
{
	if (single)
		((float *) values)[i] = (float) value;
	else
		((double *) values)[i] = value;
}

/* The order of Postgres, where NaN is the greatest number: extremes then do not depend on which came first. `|` instead of `||` spares a branch. */
static inline double
vector_greater(double a, double b)
{
	return (a >= b) | (a != a) ? a : b;
}

static inline double
vector_lesser(double a, double b)
{
	return (a <= b) | (b != b) ? a : b;
}

#endif
