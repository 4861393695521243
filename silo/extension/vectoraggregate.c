/*
 * The steps of pgml.sum, min, max, min_abs and max_abs, element by element over the vectors of a group. The state is an array like any other, and the step
 * that takes a vector in takes another worker's state in as well.
 */
#include "vector.h"

#include <math.h>

PG_FUNCTION_INFO_V1(graincast_vector_sum);
PG_FUNCTION_INFO_V1(graincast_vector_min);
PG_FUNCTION_INFO_V1(graincast_vector_max);
PG_FUNCTION_INFO_V1(graincast_vector_min_abs);
PG_FUNCTION_INFO_V1(graincast_vector_max_abs);
PG_FUNCTION_INFO_V1(graincast_vector_narrow);

typedef double (*Operand) (double value);

static inline double
itself(double value)
{
	return value;
}

static inline double
magnitude(double value)
{
	return fabs(value);
}

static inline double
plus(double total, double value)
{
	return total + value;
}

static inline double
first(double state, double value)
{
	return value;
}

static pg_attribute_always_inline void
each(void *restrict state, bool state_single, const void *restrict values, bool single, int count, Operand operand, VectorOperator operator)
{
	for (int i = 0; i < count; i++)
		vector_set(state, i, state_single, operator(vector_get(state, i, state_single), operand(vector_get(values, i, single))));
}

static pg_attribute_always_inline void
each_of(const Vector *state, const Vector *vector, Operand operand, VectorOperator operator)
{
	if (state->single)
		each(state->values, true, vector->values, true, vector->count, operand, operator);
	else if (vector->single)
		each(state->values, false, vector->values, true, vector->count, operand, operator);
	else
		each(state->values, false, vector->values, false, vector->count, operand, operator);
}

/* Within an aggregate the state is ours to change; a call by hand gets another array. */
static Vector
state_argument(FunctionCallInfo fcinfo)
{
	return vector_of(AggCheckCallContext(fcinfo, NULL) ? PG_GETARG_ARRAYTYPE_P(0) : PG_GETARG_ARRAYTYPE_P_COPY(0), "state");
}

/* Not strict: the first vector is checked as all others are. wide: the state is double precision whatever the vectors are. */
static pg_attribute_always_inline Datum
step(FunctionCallInfo fcinfo, bool wide, Operand operand, VectorOperator operator)
{
	Vector		state;
	Vector		vector;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	vector = vector_argument(fcinfo, 1, "vector");
	if (PG_ARGISNULL(0))
	{
		state = vector_create(vector.count, vector.single && !wide);
		each_of(&state, &vector, operand, first);
		PG_RETURN_ARRAYTYPE_P(state.array);
	}
	state = state_argument(fcinfo);
	if (state.count != vector.count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a group has vectors of %d elements and of %d", state.count, vector.count),
				 errhint("All must have the same length; cardinality(…) tells it.")));
	each_of(&state, &vector, operand, operator);
	PG_RETURN_ARRAYTYPE_P(state.array);
}

Datum
graincast_vector_sum(PG_FUNCTION_ARGS)
{
	return step(fcinfo, true, itself, plus);
}

Datum
graincast_vector_min(PG_FUNCTION_ARGS)
{
	return step(fcinfo, false, itself, vector_lesser);
}

Datum
graincast_vector_max(PG_FUNCTION_ARGS)
{
	return step(fcinfo, false, itself, vector_greater);
}

Datum
graincast_vector_min_abs(PG_FUNCTION_ARGS)
{
	return step(fcinfo, false, magnitude, vector_lesser);
}

Datum
graincast_vector_max_abs(PG_FUNCTION_ARGS)
{
	return step(fcinfo, false, magnitude, vector_greater);
}

/* The sum of reals, which was taken in double precision. */
Datum
graincast_vector_narrow(PG_FUNCTION_ARGS)
{
	Vector		sum = vector_argument(fcinfo, 0, "state");
	Vector		out = vector_create(sum.count, true);

	for (int i = 0; i < sum.count; i++)
		vector_set(out.values, i, true, vector_get(sum.values, i, false));
	PG_RETURN_ARRAYTYPE_P(out.array);
}
