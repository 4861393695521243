/*
 * Features from a row: a table's alias, a composite value, ROW(…); or a text[]. Columns are found by name when the row has them all, else by position.
 */
#include "prelude.h"

#include "predict.h"

struct RowMap
{
	MemoryContext context;
	Oid			type;
	int32		typmod;
	TypeCacheEntry *named;		/* of the type, NULL for anonymous records */
	uint64		version;		/* of a named type's columns: ALTER TYPE needs no lock that a value would hold */
	TupleDesc	row;
	Datum	   *values;
	bool	   *nulls;
	int		   *attributes;		/* per model column: index into the row */
	Oid		   *types;			/* per model column: base type of the field, or of its elements */
	bool	   *arrays;			/* per model column: the field is an array */
};

static int
find_attribute(TupleDesc row, const gc_column *column)
{
	for (int i = 0; i < row->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(row, i);
		char	   *name;

		if (attribute->attisdropped)
			continue;
		name = pg_server_to_any(NameStr(attribute->attname), strlen(NameStr(attribute->attname)), PG_UTF8);
		if (strlen(name) == column->name_bytes && memcmp(name, column->name, column->name_bytes) == 0)
			return i;
	}
	return -1;
}

static bool
map_by_name(const InputSchema *schema, TupleDesc row, int *attributes, const gc_column **missing)
{
	for (uint32 c = 0; c < schema->model->columns; c++)
	{
		attributes[c] = find_attribute(row, &schema->columns[c]);
		if (attributes[c] < 0)
		{
			*missing = &schema->columns[c];
			return false;
		}
	}
	return true;
}

static bool
map_by_position(const InputSchema *schema, TupleDesc row, int *attributes)
{
	uint32		count = 0;

	for (int i = 0; i < row->natts; i++)
	{
		if (TupleDescAttr(row, i)->attisdropped)
			continue;
		if (count < schema->model->columns)
			attributes[count] = i;
		count++;
	}
	return count == schema->model->columns;
}

static void
check_field(const RowMap *map, const InputSchema *schema, uint32 c, Oid given)
{
	const gc_column *column = &schema->columns[c];
	/* A literal such as the 'a' of ROW('a', 1.5) is of unknown type; what it is depends on the column. */
	bool		literal = map->types[c] == UNKNOWNOID && !map->arrays[c] && column->width == 1;
	bool		usable = column->kind == GC_TEXT ? inputs_is_text(map->types[c]) && !map->arrays[c]
		: inputs_is_number(map->types[c]) && (map->arrays[c] || column->width == 1);

	if (!usable && !literal)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of the row has type %s, the model expects %s", inputs_column_name(column), format_type_be(given),
				 column->kind == GC_TEXT ? "text" : column->width == 1 ? "a number" : "an array of numbers"),
				 errhint("Cast the column, or pass the row with the types that the model was trained on.")));
}

RowMap *
rowmap_create(const InputSchema *schema, TupleDesc row)
{
	RowMap	   *map = palloc0(sizeof(RowMap));
	uint32		columns = schema->model->columns;
	const gc_column *missing = NULL;

	map->row = CreateTupleDescCopy(row);
	map->type = row->tdtypeid;
	map->typmod = row->tdtypmod;
	map->named = row->tdtypeid == RECORDOID ? NULL : lookup_type_cache(row->tdtypeid, TYPECACHE_TUPDESC);
	map->version = map->named ? map->named->tupDesc_identifier : 0;
	map->values = palloc(sizeof(Datum) * Max(row->natts, 1));
	map->nulls = palloc(sizeof(bool) * Max(row->natts, 1));
	map->attributes = palloc(sizeof(int) * columns);
	map->types = palloc(sizeof(Oid) * columns);
	map->arrays = palloc0(sizeof(bool) * columns);
	if (!map_by_name(schema, row, map->attributes, &missing) && !map_by_position(schema, row, map->attributes))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the row has no column \"%s\"", inputs_column_name(missing)),
				 errhint("The model's columns are: %s. Without their names a row must have exactly %u fields.", inputs_list_columns(schema), columns)));
	for (uint32 c = 0; c < columns; c++)
	{
		Oid			given = TupleDescAttr(row, map->attributes[c])->atttypid;
		Oid			base = getBaseType(given);
		Oid			element = get_element_type(base);

		map->arrays[c] = OidIsValid(element);
		map->types[c] = OidIsValid(element) ? getBaseType(element) : base;
		check_field(map, schema, c, given);
	}
	return map;
}

static void
read_array(const InputSchema *schema, const gc_column *column, Datum value)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if ((uint32) count != column->width)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" has %u numbers in the model, %d in the row", inputs_column_name(column), column->width, count),
				 errhint("Pass arrays of the length that the model was trained on.")));
	inputs_flatten(array, schema->inputs + column->first_input, count, schema, column);
}

static void
read_text(const InputSchema *schema, uint32 c, Datum value, Oid type)
{
	struct varlena *text = PG_DETOAST_DATUM_PACKED(value);
	const char *bytes = VARDATA_ANY(text);
	int			count = VARSIZE_ANY_EXHDR(text);

	/* Blanks at the end of a character(n) mean nothing. */
	while (type == BPCHAROID && count > 0 && bytes[count - 1] == ' ')
		count--;
	schema->inputs[schema->columns[c].first_input] = inputs_category(schema, c, bytes, count);
}

void
rowmap_read(const RowMap *map, const InputSchema *schema, const Datum *values, const bool *nulls)
{
	for (uint32 c = 0; c < schema->model->columns; c++)
	{
		const gc_column *column = &schema->columns[c];
		float	   *inputs = schema->inputs + column->first_input;
		int			attribute = map->attributes[c];

		if (nulls[attribute])
		{
			for (uint32 i = 0; i < column->width; i++)
				inputs[i] = inputs_missing(column);
		}
		else if (map->types[c] == UNKNOWNOID)
			inputs[0] = inputs_from_word(schema, c, DatumGetCString(values[attribute]));
		else if (map->arrays[c])
			read_array(schema, column, values[attribute]);
		else if (column->kind == GC_TEXT)
			read_text(schema, c, values[attribute], map->types[c]);
		else
			inputs[0] = inputs_narrow(inputs_number(values[attribute], map->types[c]), column);
	}
}

static bool
is_map_of(const RowMap *map, HeapTupleHeader header)
{
	return map != NULL && map->type == HeapTupleHeaderGetTypeId(header) && map->typmod == HeapTupleHeaderGetTypMod(header)
		&& (map->named == NULL || map->named->tupDesc_identifier == map->version);
}

static void
read_row(PredictSite *site, HeapTupleHeader header)
{
	HeapTupleData tuple;
	RowMap	   *map = site->map;

	if (!is_map_of(map, header))
	{
		TupleDesc	row = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
		MemoryContext context = AllocSetContextCreate(site->context, "graincast row map", ALLOCSET_SMALL_SIZES);
		MemoryContext caller = MemoryContextSwitchTo(context);

		if (map != NULL)
			MemoryContextDelete(map->context);
		site->map = NULL;
		map = rowmap_create(&site->schema, row);
		map->context = context;
		MemoryContextSwitchTo(caller);
		ReleaseTupleDesc(row);
		site->map = map;
	}
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	heap_deform_tuple(&tuple, map->row, map->values, map->nulls);
	rowmap_read(map, &site->schema, map->values, map->nulls);
}

static RowForm
find_form(FunctionCallInfo fcinfo)
{
	Oid			type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, 1));

	if (type_is_rowtype(type))
		return ROW_FIELDS;
	if (type == TEXTARRAYOID || type == get_array_type(VARCHAROID))
		return ROW_TEXTS;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("a value of type %s cannot be features", format_type_be(type)),
			 errhint("Pass an array of numbers, a row (ROW(…) or the table's alias), or a text[].")));
}

const float *
predict_row_inputs(PredictSite *site, FunctionCallInfo fcinfo)
{
	if (unlikely(site->row_form == ROW_UNKNOWN))
		site->row_form = find_form(fcinfo);
	if (site->row_form == ROW_FIELDS)
		read_row(site, PG_GETARG_HEAPTUPLEHEADER(1));
	else
		inputs_from_text_array(&site->schema, PG_GETARG_ARRAYTYPE_P(1));
	return site->schema.inputs;
}
