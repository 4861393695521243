/* Column types and values on the wire: see column.h. */
#include "prelude.h"

#include <float.h>
#include <math.h>

#include "column.h"
#include "utils/numeric.h"

#define VALUE_MAX_BYTES (WIRE_PAYLOAD_MAX_BYTES / 2)

static bool
map_scalar(Oid type, WireType *out)
{
	switch (type)
	{
		case FLOAT4OID:
		case INT2OID:
			*out = WIRE_F32;
			return true;
		case FLOAT8OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
			*out = WIRE_F64;
			return true;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			*out = WIRE_TEXT;
			return true;
		case BOOLOID:
			*out = WIRE_BOOL;
			return true;
		default:
			return false;
	}
}

bool
column_map(Oid type, WireColumn *out)
{
	Oid			base = getBaseType(type);
	Oid			element = get_element_type(base);

	out->array = OidIsValid(element);
	out->value_type = out->array ? getBaseType(element) : base;
	return map_scalar(out->value_type, &out->type) && !(out->array && out->type == WIRE_TEXT);
}

static void
check_bytes(size_t bytes, const char *name)
{
	if (bytes > VALUE_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a value of column \"%s\" has %zu bytes, the limit is %d", name, bytes, VALUE_MAX_BYTES),
				 errhint("Keep it out of the training by a view.")));
}

/* A numeric beyond double precision becomes its end: whoever checks the range then names the column, which Postgres' cast cannot. */
float8
column_float8(Datum numeric)
{
	float8		number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, numeric));

	return isinf(number) && !numeric_is_inf(DatumGetNumeric(numeric)) ? copysign(DBL_MAX, number) : number;
}

int
column_bytes(const WireColumn *column)
{
	if (column->array || column->type == WIRE_TEXT)
		return 0;
	return column->type == WIRE_F64 ? sizeof(float8) : column->type == WIRE_F32 ? sizeof(float4) : 1;
}

char *
column_store(char *at, Oid type, Datum value)
{
	float8		wide;
	float4		narrow;

	switch (type)
	{
		case FLOAT4OID:
		case INT2OID:
			narrow = type == FLOAT4OID ? DatumGetFloat4(value) : DatumGetInt16(value);
			memcpy(at, &narrow, sizeof(narrow));
			return at + sizeof(narrow);
		case BOOLOID:
			*at = DatumGetBool(value) ? 1 : 0;
			return at + 1;
		case FLOAT8OID:
			wide = DatumGetFloat8(value);
			break;
		case INT4OID:
			wide = DatumGetInt32(value);
			break;
		case INT8OID:
			wide = (float8) DatumGetInt64(value);
			break;
		case NUMERICOID:
			wide = column_float8(value);
			break;
		default:
			elog(ERROR, "type %u has no form on the wire", type);
	}
	memcpy(at, &wide, sizeof(wide));
	return at + sizeof(wide);
}

static void
put_number(StringInfo frame, Oid type, Datum value)
{
	enlargeStringInfo(frame, sizeof(float8));
	frame->len = column_store(frame->data + frame->len, type, value) - frame->data;
}

static void
put_text(StringInfo frame, const WireColumn *column, Datum value)
{
	struct varlena *text = PG_DETOAST_DATUM_PACKED(value);
	const char *bytes = VARDATA_ANY(text);
	int			count = VARSIZE_ANY_EXHDR(text);
	char	   *utf8;

	/* Blanks at the end of a character(n) mean nothing. */
	while (column->value_type == BPCHAROID && count > 0 && bytes[count - 1] == ' ')
		count--;
	check_bytes(count, column->name);
	utf8 = pg_server_to_any(bytes, count, PG_UTF8);
	if (utf8 != bytes)
		count = strlen(utf8);
	check_bytes(count, column->name);
	wire_put_str(frame, utf8, count);
}

static void
put_array(StringInfo frame, const WireColumn *column, Datum value)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const char *at = ARR_DATA_PTR(array);
	int16		length;
	bool		byval;
	char		align;

	if (ARR_HASNULL(array) && array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("an array in column \"%s\" has a NULL element", column->name),
				 errhint("Fill it in a view (array_replace), or leave such rows out.")));
	check_bytes((size_t) count * sizeof(float8), column->name);
	wire_put_u32(frame, count);
	if (column->value_type == FLOAT4OID || column->value_type == FLOAT8OID || column->value_type == BOOLOID)
	{
		int			width = column->value_type == FLOAT8OID ? sizeof(float8) : column->value_type == FLOAT4OID ? sizeof(float4) : 1;

		appendBinaryStringInfo(frame, at, count * width);
		return;
	}
	get_typlenbyvalalign(column->value_type, &length, &byval, &align);
	for (int i = 0; i < count; i++)
	{
		put_number(frame, column->value_type, fetch_att(at, byval, length));
		at = att_addlength_pointer(at, length, at);
		at = (const char *) att_align_nominal(at, align);
	}
}

void
column_put(StringInfo frame, const WireColumn *column, Datum value)
{
	if (column->array)
		put_array(frame, column, value);
	else if (column->type == WIRE_TEXT)
		put_text(frame, column, value);
	else
		put_number(frame, column->value_type, value);
}

List *
column_name_list(ArrayType *names, const char *argument)
{
	List	   *list = NIL;
	Datum	   *values;
	bool	   *nulls;
	int			count;

	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a name in %s is NULL", argument),
					 errhint("%s names columns of the relation.", argument)));
		list = lappend(list, TextDatumGetCString(values[i]));
	}
	return list;
}
