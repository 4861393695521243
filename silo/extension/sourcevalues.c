/* Rows of a feature source as pgml.source_rows gives them. */
#include "prelude.h"

#include "inputs.h"
#include "source.h"

#define RESULT_COLUMNS 5

/* Values of one result row: an entry each, of an array column one each of its numbers. */
typedef struct RowValues
{
	Datum	   *numbers;
	bool	   *number_nulls;
	Datum	   *texts;
	bool	   *text_nulls;
	int			count;
	int			room;
} RowValues;

static void
add_value(RowValues *row, Datum number, bool number_null, Datum text, bool text_null)
{
	if (row->count == row->room)
	{
		row->room = Max(row->room * 2, 64);
		row->numbers = row->count == 0 ? palloc(sizeof(Datum) * row->room) : repalloc(row->numbers, sizeof(Datum) * row->room);
		row->texts = row->count == 0 ? palloc(sizeof(Datum) * row->room) : repalloc(row->texts, sizeof(Datum) * row->room);
		row->number_nulls = row->count == 0 ? palloc(row->room) : repalloc(row->number_nulls, row->room);
		row->text_nulls = row->count == 0 ? palloc(row->room) : repalloc(row->text_nulls, row->room);
	}
	row->numbers[row->count] = number;
	row->number_nulls[row->count] = number_null;
	row->texts[row->count] = text;
	row->text_nulls[row->count] = text_null;
	row->count++;
}

static int
add_array(RowValues *row, ArrayType *array, Oid element)
{
	Datum	   *values;
	bool	   *nulls;
	int			count;
	int16		length;
	bool		byval;
	char		align;

	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &byval, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, byval, align, &values, &nulls, &count);
	for (int i = 0; i < count; i++)
		add_value(row, nulls[i] ? (Datum) 0 : Float8GetDatum(inputs_number(values[i], element)), nulls[i], (Datum) 0, true);
	return count;
}

/* Returns how many values the column has: −1 for a NULL. */
static int
add_column(RowValues *row, HeapTuple tuple, TupleDesc desc, int column)
{
	Oid			given = SPI_gettypeid(desc, column);
	Oid			base = getBaseType(given);
	Oid			element = get_element_type(base);
	bool		isnull;
	Datum		value = SPI_getbinval(tuple, desc, column, &isnull);

	if (OidIsValid(element))
		element = getBaseType(element);
	if (OidIsValid(element) ? !inputs_is_number(element) : !inputs_is_number(base) && !inputs_is_text(base))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of the feature source has type %s, which no model reads", SPI_fname(desc, column), format_type_be(given)),
				 errhint("Use a relation, or a view, with the types that the model was trained on.")));
	if (isnull)
		return -1;
	if (OidIsValid(element))
		return add_array(row, DatumGetArrayTypeP(value), element);
	if (inputs_is_number(base))
		add_value(row, Float8GetDatum(inputs_number(value, base)), false, (Datum) 0, true);
	else
	{
		char	   *text = SPI_getvalue(tuple, desc, column);
		int			bytes = strlen(text);

		/* Blanks at the end of a character(n) mean nothing. */
		while (base == BPCHAROID && bytes > 0 && text[bytes - 1] == ' ')
			bytes--;
		add_value(row, (Datum) 0, true, PointerGetDatum(cstring_to_text_with_len(text, bytes)), false);
	}
	return 1;
}

void
source_put_row(ReturnSetInfo *result, int place, HeapTuple tuple, TupleDesc desc)
{
	RowValues	row = {0};
	Datum	   *lengths = palloc(sizeof(Datum) * Max(desc->natts, 1));
	Datum		values[RESULT_COLUMNS];
	bool		nulls[RESULT_COLUMNS] = {0};
	bool		isnull;
	int			lower = 1;

	values[0] = Int32GetDatum(place);
	values[1] = SPI_getbinval(tuple, desc, 1, &isnull);
	nulls[1] = isnull;
	for (int i = 2; i <= desc->natts; i++)
		lengths[i - 2] = Int32GetDatum(add_column(&row, tuple, desc, i));
	values[2] = PointerGetDatum(construct_array(lengths, desc->natts - 1, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	values[3] = PointerGetDatum(construct_md_array(row.numbers, row.number_nulls, 1, &row.count, &lower, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	values[4] = PointerGetDatum(construct_md_array(row.texts, row.text_nulls, 1, &row.count, &lower, TEXTOID, -1, false, TYPALIGN_INT));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}
