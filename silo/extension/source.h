/*
 * Feature sources: what makes a relation one, and what must still hold when it is read.
 */
#ifndef GRAINCAST_SOURCE_H
#define GRAINCAST_SOURCE_H

#include "prelude.h"
#include "nodes/execnodes.h"

#define SOURCE_KEY_COLUMNS_MAX 32

/* source.c */
extern void source_raise_guarded(const char *relation) pg_attribute_noreturn();
extern void source_check_readable(Oid relation, const char *qualified, Oid silo_role);

/* sourcevalues.c: a row of a result whose first column is the text of a key; place: of the key among those asked for, from 1, or 0. */
extern void source_put_row(ReturnSetInfo *result, int place, HeapTuple tuple, TupleDesc desc);

#endif
