/* Vectors as arguments and as results. */
#include "vector.h"

static void
refuse_nulls(ArrayType *array, int count, const char *name)
{
	const bits8 *present = ARR_NULLBITMAP(array);

	for (int i = 0; i < count; i++)
	{
		if (!(present[i / 8] & (1 << (i % 8))))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("element %d of \"%s\" is NULL", i + 1, name),
					 errhint("Give every element a value: array_replace(…, NULL, 0) does, for one.")));
	}
}

/* name: the argument, for errors. */
Vector
vector_of(ArrayType *array, const char *name)
{
	Oid			type = ARR_ELEMTYPE(array);
	Vector		vector = {.array = array, .values = ARR_DATA_PTR(array), .single = type == FLOAT4OID};

	if (type != FLOAT4OID && type != FLOAT8OID)
		elog(ERROR, "type %u is no element of a vector", type);
	vector.count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (ARR_HASNULL(array))
		refuse_nulls(array, vector.count, name);
	return vector;
}

Vector
vector_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	return vector_of(PG_GETARG_ARRAYTYPE_P(argument), name);
}

/* Its values are not set. */
Vector
vector_create(int count, bool single)
{
	Oid			type = single ? FLOAT4OID : FLOAT8OID;
	Size		bytes = ARR_OVERHEAD_NONULLS(1) + (Size) count * (single ? sizeof(float) : sizeof(double));
	ArrayType  *array;

	if (count == 0)
		return vector_of(construct_empty_array(type), "");
	if (!AllocSizeIsValid(bytes))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a vector of %d elements is too long", count),
				 errhint("An array holds up to 1 GB.")));
	array = palloc(bytes);
	SET_VARSIZE(array, bytes);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = type;
	ARR_DIMS(array)[0] = count;
	ARR_LBOUND(array)[0] = 1;
	return vector_of(array, "");
}
