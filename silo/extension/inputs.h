/*
 * From SQL values to the numbers that the kernel scores.
 */
#ifndef GRAINCAST_INPUTS_H
#define GRAINCAST_INPUTS_H

#include "prelude.h"
#include "score.h"

/* What a call site needs to know of a model, made once. */
typedef struct InputSchema
{
	const gc_model *model;
	gc_column  *columns;
	bool		has_text;
	float	   *inputs;			/* model->inputs numbers: one row */
} InputSchema;

extern void inputs_prepare(InputSchema *schema, const gc_model *model);
extern char *inputs_column_name(const gc_column *column);
extern char *inputs_list_columns(const InputSchema *schema);
extern float inputs_narrow(double value, const gc_column *column);
extern float inputs_missing(const gc_column *column);
extern float inputs_category(const InputSchema *schema, uint32 column, const char *text, int bytes);
extern float inputs_from_word(const InputSchema *schema, uint32 column, const char *word);
extern double inputs_number(Datum value, Oid type);
extern bool inputs_is_number(Oid type);
extern bool inputs_is_text(Oid type);

/* Flattened numbers of an array in out, which has room for count of them; column_of says whose each is. */
extern void inputs_flatten(ArrayType *array, float *out, int count, const InputSchema *schema, const gc_column *whole);

/* One row's inputs: either schema->inputs or the array's own memory. Raises on a wrong count. */
extern const float *inputs_from_array(const InputSchema *schema, ArrayType *array);
/* Several rows' inputs, freshly allocated. */
extern float *inputs_from_rows(const InputSchema *schema, ArrayType *array, int *rows);
extern void inputs_from_text_array(const InputSchema *schema, ArrayType *array);

#endif
