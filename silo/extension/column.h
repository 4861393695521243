/*
 * How columns of a relation go over the wire: the types of PROTOCOL.md.
 */
#ifndef GRAINCAST_COLUMN_H
#define GRAINCAST_COLUMN_H

#include "wire.h"

typedef struct WireColumn
{
	WireType	type;
	bool		array;
	Oid			value_type;		/* base type of the value, or of the array's elements */
	const char *name;			/* for messages */
} WireColumn;

/* False when the type cannot be sent. */
extern bool column_map(Oid type, WireColumn *out);
/* Of an argument that names columns; raises for a NULL among them. A list of char *. */
extern List *column_name_list(ArrayType *names, const char *argument);
extern float8 column_float8(Datum numeric);
/* The bytes of a value; 0 when each has its own. */
extern int column_bytes(const WireColumn *column);
/* Writes a value that is not NULL of a column with column_bytes where there is room for it; returns its end. */
extern char *column_store(char *at, Oid type, Datum value);
/* Appends one value that is not NULL. */
extern void column_put(StringInfo frame, const WireColumn *column, Datum value);

#endif
