/*
 * How a backend of the silo reads a project's feature source: kept while the catalog says so, and checked before each use.
 */
#ifndef GRAINCAST_SOURCEPLAN_H
#define GRAINCAST_SOURCEPLAN_H

#include "source.h"
#include "executor/spi.h"

/* A project's source and the statements that read it for one list of columns. Valid until the catalog changes. */
typedef struct SourcePlan
{
	MemoryContext context;
	uint64		flushes;
	int64		id;
	char	   *project;
	char	   *columns;		/* as they stand in the statement */
	char	   *relation;
	char	   *owner;			/* who created the source */
	char	   *reader;			/* the silos' role */
	int			parts;
	char	   *key_columns[SOURCE_KEY_COLUMNS_MAX];
	Oid			key_types[SOURCE_KEY_COLUMNS_MAX];
	SPIPlanPtr	one;
	SPIPlanPtr	many;			/* NULL: not asked for yet */
} SourcePlan;

extern char *source_quote_columns(ArrayType *names);
extern SourcePlan *source_find_plan(const char *project, const char *columns);
extern SourcePlan *source_create_plan(const char *project, const char *columns);
extern void source_keep_plan(SourcePlan *plan);
extern Oid	source_check_relation(SourcePlan *plan);
extern SPIPlanPtr source_prepare(SourcePlan *plan, bool many);

#endif
