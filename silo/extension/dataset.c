/* pgml.load_dataset: the bundled data sets, as tables of the caller's. */
#include "prelude.h"

#include "catalog.h"
#include "commands/copy.h"
#include "commands/tablecmds.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "port.h"

#define DATASET_MAX_BYTES (16 * 1024 * 1024)

/* Columns that are not FLOAT4. */
typedef struct DatasetColumn
{
	const char *name;
	const char *type;
} DatasetColumn;

typedef struct Dataset
{
	const char *name;
	DatasetColumn columns[2];
} Dataset;

static const Dataset datasets[] = {
	{"breast_cancer", {{"malignant", "BOOLEAN"}}},
	{"diabetes", {{NULL}}},
	{"digits", {{"image", "SMALLINT[][]"}, {"target", "SMALLINT"}}},
	{"iris", {{"target", "INT4"}}},
	{"linnerud", {{NULL}}},
	{"wine", {{"target", "INT4"}}},
};

PG_FUNCTION_INFO_V1(graincast_load_dataset);

/* COPY's data source has no argument of its own. */
static const char *source_at;
static size_t source_left;

static int
read_source(void *out, int least, int most)
{
	int			count = (int) Min((size_t) most, source_left);

	memcpy(out, source_at, count);
	source_at += count;
	source_left -= count;
	return count;
}

static const Dataset *
find_dataset(const char *name)
{
	for (int i = 0; i < lengthof(datasets); i++)
	{
		if (strcmp(datasets[i].name, name) == 0)
			return &datasets[i];
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("data set \"%s\" is not bundled", name),
			 errhint("There are breast_cancer, diabetes, digits, iris, linnerud and wine.")));
}

static char *
read_file(const Dataset *dataset)
{
	char		share[MAXPGPATH];
	char	   *path;
	FILE	   *file;
	StringInfoData content;
	size_t		count;

	get_share_path(my_exec_path, share);
	path = psprintf("%s/extension/graincast/%s.csv", share, dataset->name);
	file = AllocateFile(path, PG_BINARY_R);
	if (file == NULL)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not open \"%s\": %m", path), errhint("\"make install\" puts it there.")));
	initStringInfo(&content);
	do
	{
		enlargeStringInfo(&content, 64 * 1024);
		count = fread(content.data + content.len, 1, 64 * 1024, file);
		content.len += (int) count;
		content.data[content.len] = '\0';
	} while (count > 0 && content.len < DATASET_MAX_BYTES);
	if (ferror(file))
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read \"%s\": %m", path),
				 errhint("Install the extension's files again with \"make install\".")));
	FreeFile(file);
	return content.data;
}

/* Behind the given number of lines; none of the data sets has a line break in a value. */
static char *
skip_lines(char *text, int64 lines)
{
	while (lines-- > 0 && *text != '\0')
	{
		char	   *end = strchr(text, '\n');

		if (end == NULL)
			return text + strlen(text);
		text = end + 1;
	}
	return text;
}

static const char *
type_of(const Dataset *dataset, const char *column)
{
	for (int i = 0; i < lengthof(dataset->columns); i++)
	{
		if (dataset->columns[i].name && strcmp(dataset->columns[i].name, column) == 0)
			return dataset->columns[i].type;
	}
	return "FLOAT4";
}

static char *
create_statement(const Dataset *dataset, char *header)
{
	StringInfoData sql;
	char	   *rest;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TABLE pgml.%s (", dataset->name);
	for (char *column = strtok_r(header, ",\r\n", &rest); column != NULL; column = strtok_r(NULL, ",\r\n", &rest))
		appendStringInfo(&sql, "%s%s %s", column == header ? "" : ", ", quote_identifier(column), type_of(dataset, column));
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

static void
execute(const char *sql)
{
	int			result;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	result = SPI_execute(sql, false, 0);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
	SPI_finish();
}

/* An earlier copy goes, if it is the caller's own. */
static void
drop_earlier(const Dataset *dataset, Oid caller)
{
	Oid			schema = get_namespace_oid("pgml", false);
	Oid			relation = get_relname_relid(dataset->name, schema);
	Oid			user;
	int			security;

	if (!OidIsValid(relation))
		return;
	if (!gc_owns_relation(relation, caller))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("table pgml.%s exists and belongs to another role", dataset->name),
				 errhint("Its owner may drop it, or GRANT SELECT on it.")));
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(caller, security | SECURITY_LOCAL_USERID_CHANGE);
	/* Views on it go with it, which Postgres tells: as PostgresML does, and SQL that makes them anew runs again. */
	execute(psprintf("DROP TABLE pgml.%s CASCADE", dataset->name));
	SetUserIdAndSecContext(user, security);
}

static Oid
create_table(const Dataset *dataset, char *header, Oid caller)
{
	CatalogAccess access;
	Oid			relation;

	catalog_become_owner(&access);
	execute(create_statement(dataset, header));
	execute(psprintf("COMMENT ON TABLE pgml.%s IS 'public: a bundled data set.'", dataset->name));
	relation = get_relname_relid(dataset->name, get_namespace_oid("pgml", false));
	/* recursing = true: the caller needs no CREATE privilege on the schema. */
	ATExecChangeOwner(relation, caller, true, AccessExclusiveLock);
	CommandCounterIncrement();
	catalog_become_caller(&access);
	return relation;
}

static uint64
copy_rows(Oid table, const char *rows, size_t bytes)
{
	Relation	relation = table_open(table, RowExclusiveLock);
	ParseState *parse = make_parsestate(NULL);
	List	   *options = list_make1(makeDefElem("format", (Node *) makeString("csv"), -1));
	CopyFromState copy;
	uint64		count;

	(void) addRangeTableEntryForRelation(parse, relation, RowExclusiveLock, NULL, false, false);
	source_at = rows;
	source_left = bytes;
	copy = BeginCopyFrom(parse, relation, NULL, NULL, false, read_source, NIL, options);
	count = CopyFrom(copy);
	EndCopyFrom(copy);
	table_close(relation, NoLock);
	free_parsestate(parse);
	CommandCounterIncrement();
	return count;
}

Datum
graincast_load_dataset(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			caller = GetUserId();
	const Dataset *dataset;
	char	   *content;
	char	   *rows;
	Datum		values[2];
	bool		nulls[2] = {0};

	catalog_begin_write("pgml.load_dataset()");
	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("source of pgml.load_dataset must not be NULL"),
				 errhint("There are breast_cancer, diabetes, digits, iris, linnerud and wine.")));
	if (!PG_ARGISNULL(2) && PG_GETARG_INT64(2) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("limit must not be negative"),
				 errhint("Leave it out for all rows.")));
	dataset = find_dataset(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	content = read_file(dataset);
	rows = skip_lines(content, 1);
	if (!PG_ARGISNULL(2))
		*skip_lines(rows, PG_GETARG_INT64(2)) = '\0';

	drop_earlier(dataset, caller);
	values[0] = CStringGetTextDatum(psprintf("pgml.%s", dataset->name));
	values[1] = UInt64GetDatum(copy_rows(create_table(dataset, pnstrdup(content, rows - content), caller), rows, strlen(rows)));
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	return (Datum) 0;
}
