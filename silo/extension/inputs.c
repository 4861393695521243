/* Numbers from arrays: see inputs.h. */
#include "prelude.h"

#include <math.h>

#include "column.h"
#include "inputs.h"
#include "utils/float.h"

#define LISTED_COLUMNS_MAX 10

void
inputs_prepare(InputSchema *schema, const gc_model *model)
{
	schema->model = model;
	schema->columns = palloc0(sizeof(gc_column) * model->columns);
	schema->inputs = palloc0(sizeof(float) * model->inputs);
	schema->has_text = false;
	for (uint32 i = 0; i < model->columns; i++)
	{
		gc_column_at(model, i, &schema->columns[i]);
		if (schema->columns[i].kind == GC_TEXT)
			schema->has_text = true;
	}
}

char *
inputs_column_name(const gc_column *column)
{
	char	   *name = pnstrdup(column->name, column->name_bytes);

	return pg_any_to_server(name, strlen(name), PG_UTF8);
}

char *
inputs_list_columns(const InputSchema *schema)
{
	StringInfoData list;

	initStringInfo(&list);
	for (uint32 i = 0; i < schema->model->columns && i < LISTED_COLUMNS_MAX; i++)
	{
		const gc_column *column = &schema->columns[i];

		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", inputs_column_name(column));
		if (column->width > 1)
			appendStringInfo(&list, " (%u numbers)", column->width);
	}
	if (schema->model->columns > LISTED_COLUMNS_MAX)
		appendStringInfo(&list, " and %u more", schema->model->columns - LISTED_COLUMNS_MAX);
	return list.data;
}

static const gc_column *
column_of(const InputSchema *schema, uint32 input)
{
	for (uint32 i = 0; i < schema->model->columns; i++)
	{
		if (input - schema->columns[i].first_input < schema->columns[i].width)
			return &schema->columns[i];
	}
	return &schema->columns[0];
}

float
inputs_narrow(double value, const gc_column *column)
{
	float		narrow = (float) value;

	if (isinf(narrow) && !isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value %g of column \"%s\" is out of range for type real", value, inputs_column_name(column)),
				 errhint("Features are single precision, up to 3.4e38: bound the value, or use the logarithm in training and prediction.")));
	return narrow;
}

/* What a NULL means for this column. */
float
inputs_missing(const gc_column *column)
{
	if (column->missing != GC_MISSING_FILL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column \"%s\" is NULL", inputs_column_name(column)),
				 errhint("Give a value; a view with coalesce can fill it, for training and predicting alike.")));
	return get_float4_nan();
}

float
inputs_category(const InputSchema *schema, uint32 column, const char *text, int bytes)
{
	char	   *utf8 = pg_server_to_any(text, bytes, PG_UTF8);
	float		number = gc_category(schema->model, column, utf8, utf8 == text ? (size_t) bytes : strlen(utf8));

	if (isnan(number) && schema->columns[column].unknown == GC_MISSING_ERROR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" has the text \"%.*s\", which training has not seen", inputs_column_name(&schema->columns[column]), bytes, text),
				 errhint("Train with such rows, encode the column by one_hot or target, impute it by its mode, or train trees such as lightgbm, which take it as missing.")));
	return number;
}

bool
inputs_is_number(Oid type)
{
	return type == FLOAT4OID || type == FLOAT8OID || type == INT4OID || type == INT8OID || type == INT2OID || type == BOOLOID || type == NUMERICOID;
}

bool
inputs_is_text(Oid type)
{
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
}

double
inputs_number(Datum value, Oid type)
{
	switch (type)
	{
		case FLOAT4OID:
			return DatumGetFloat4(value);
		case FLOAT8OID:
			return DatumGetFloat8(value);
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		case INT8OID:
			return (double) DatumGetInt64(value);
		case BOOLOID:
			return DatumGetBool(value) ? 1 : 0;
		case NUMERICOID:
			return column_float8(value);
		default:
			elog(ERROR, "type %u is no number", type);
	}
}

/* Numbers that lie in an array as C has them, without a look at the catalog for each row. False: of a type that does not, or one too large for out. */
static bool
flatten_plain(Oid type, const void *numbers, float *out, int count)
{
	switch (type)
	{
		case FLOAT4OID:
			memcpy(out, numbers, sizeof(float) * count);
			return true;
		case FLOAT8OID:
			for (int i = 0; i < count; i++)
			{
				double		number = ((const float8 *) numbers)[i];

				out[i] = (float) number;
				if (unlikely(isinf(out[i])) && !isinf(number))
					return false;
			}
			return true;
		case INT2OID:
			for (int i = 0; i < count; i++)
				out[i] = ((const int16 *) numbers)[i];
			return true;
		case INT4OID:
			for (int i = 0; i < count; i++)
				out[i] = (float) (double) ((const int32 *) numbers)[i];
			return true;
		case INT8OID:
			for (int i = 0; i < count; i++)
				out[i] = (float) (double) ((const int64 *) numbers)[i];
			return true;
		default:
			return false;
	}
}

/* whole: the column that the array is, or NULL when it is a row (or rows) of all columns. */
void
inputs_flatten(ArrayType *array, float *out, int count, const InputSchema *schema, const gc_column *whole)
{
	Oid			type;
	const char *at = ARR_DATA_PTR(array);
	const bits8 *present = ARR_NULLBITMAP(array);
	uint32		inputs = schema->model->inputs;
	int16		length;
	bool		byval;
	char		align;

	if (present == NULL && flatten_plain(ARR_ELEMTYPE(array), at, out, count))
		return;
	type = getBaseType(ARR_ELEMTYPE(array));
	get_typlenbyvalalign(type, &length, &byval, &align);
	for (int i = 0; i < count; i++)
	{
		Datum		value;
		double		number;

		if (present != NULL && !(present[i / 8] & (1 << (i % 8))))
		{
			out[i] = inputs_missing(whole ? whole : column_of(schema, i % inputs));
			continue;
		}
		value = fetch_att(at, byval, length);
		at = att_addlength_pointer(at, length, at);
		at = (const char *) att_align_nominal(at, align);
		number = inputs_number(value, type);
		out[i] = (float) number;
		if (unlikely(isinf(out[i])) && !isinf(number))
			(void) inputs_narrow(number, whole ? whole : column_of(schema, i % inputs));
	}
}

static void
raise_wrong_count(const InputSchema *schema, int given)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the model expects %u features, %d given", schema->model->inputs, given),
			 errhint("Its columns are: %s.", inputs_list_columns(schema))));
}

static int
count_numbers(const InputSchema *schema, ArrayType *array)
{
	if (schema->has_text)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the model has text columns, an array of numbers cannot give them"),
				 errhint("Pass a row, such as ROW('a', 1.5) or the table's alias, or a text[]. Its columns are: %s.", inputs_list_columns(schema))));
	if (!inputs_is_number(ARR_ELEMTYPE(array)))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("an array of type %s cannot be features", format_type_be(ARR_ELEMTYPE(array))),
				 errhint("Pass an array of numbers, a row, or a text[].")));
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

const float *
inputs_from_array(const InputSchema *schema, ArrayType *array)
{
	int			count = count_numbers(schema, array);

	if ((uint32) count != schema->model->inputs)
		raise_wrong_count(schema, count);
	if (ARR_ELEMTYPE(array) == FLOAT4OID && !ARR_HASNULL(array))
		return (const float *) ARR_DATA_PTR(array);
	inputs_flatten(array, schema->inputs, count, schema, NULL);
	return schema->inputs;
}

/* Two dimensions are rows × features; one is cut into rows. */
float *
inputs_from_rows(const InputSchema *schema, ArrayType *array, int *rows)
{
	int			count = count_numbers(schema, array);
	uint32		inputs = schema->model->inputs;
	float	   *values;

	*rows = inputs > 0 ? count / inputs : 0;
	if (ARR_NDIM(array) == 2 ? (uint32) ARR_DIMS(array)[1] != inputs : inputs == 0 || count % inputs != 0)
		raise_wrong_count(schema, ARR_NDIM(array) == 2 ? ARR_DIMS(array)[1] : count);
	values = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(float) * Max(count, 1));
	inputs_flatten(array, values, count, schema, NULL);
	return values;
}

static float
parse_number(const gc_column *column, const char *text)
{
	char	   *end;
	double		value;

	errno = 0;
	value = strtod(text, &end);
	while (isspace((unsigned char) *end))
		end++;
	if (end == text || *end != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid number \"%s\" for column \"%s\"", text, inputs_column_name(column)),
				 errhint("Texts of a text[] are read as numbers in the columns that were numbers in training, 1 and 0 for those that were boolean.")));
	if (errno == ERANGE && fabs(value) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value \"%s\" of column \"%s\" is out of range", text, inputs_column_name(column)),
				 errhint("Features are single precision, up to 3.4e38.")));
	return inputs_narrow(value, column);
}

/* A text that is a number or a category as its column wants. */
float
inputs_from_word(const InputSchema *schema, uint32 column, const char *word)
{
	if (schema->columns[column].kind == GC_TEXT)
		return inputs_category(schema, column, word, strlen(word));
	return parse_number(&schema->columns[column], word);
}

/* Features by position. */
void
inputs_from_text_array(const InputSchema *schema, ArrayType *array)
{
	Datum	   *values;
	bool	   *nulls;
	int			count;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &values, &nulls, &count);
	if ((uint32) count != schema->model->inputs)
		raise_wrong_count(schema, count);
	for (uint32 c = 0; c < schema->model->columns; c++)
	{
		const gc_column *column = &schema->columns[c];

		for (uint32 i = column->first_input; i < column->first_input + column->width; i++)
		{
			char	   *word = nulls[i] ? NULL : TextDatumGetCString(values[i]);

			schema->inputs[i] = word == NULL ? inputs_missing(column) : inputs_from_word(schema, c, word);
		}
	}
}
