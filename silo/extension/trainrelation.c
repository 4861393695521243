/* The relation of a training: which columns, and the query that feeds them. */
#include "prelude.h"

#include "train.h"
#include "catalog/pg_class.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#define NAME_PARTS_MAX 3		/* database, schema, relation */

/* Of argument relation_name, as the caller's search_path finds it; it is locked. */
Oid
train_find_relation(const char *name)
{
	List	   *parts;
	Oid			relation;

	if (!SplitIdentifierString(pstrdup(name), '.', &parts) || parts == NIL || list_length(parts) > NAME_PARTS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("relation_name '%s' is not the name of a relation", name),
				 errhint("Write it as in SQL: a_table, a_schema.a_table, or \"A Table\" with its quotes. A query goes into a view.")));
	relation = RangeVarGetRelid(makeRangeVarFromNameList(gc_qualified_name_list(name)), AccessShareLock, true);
	if (!OidIsValid(relation))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation %s does not exist", name),
				 errhint("Give relation_name as in SQL, with its schema unless that is in search_path, and in quotes if it has capitals.")));
	return relation;
}

static bool
is_readable(char kind)
{
	return kind == RELKIND_RELATION || kind == RELKIND_VIEW || kind == RELKIND_MATVIEW || kind == RELKIND_PARTITIONED_TABLE
		|| kind == RELKIND_FOREIGN_TABLE;
}

static char *
list_columns(TupleDesc row)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < row->natts && list.len < 500; i++)
	{
		if (!TupleDescAttr(row, i)->attisdropped)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", NameStr(TupleDescAttr(row, i)->attname));
	}
	return list.data;
}

static bool
is_named(const List *names, const char *column)
{
	ListCell   *cell;

	foreach(cell, names)
	{
		if (strcmp(lfirst(cell), column) == 0)
			return true;
	}
	return false;
}

static void
check_excluded(const TrainRequest *request, TupleDesc row)
{
	ListCell   *cell;

	foreach(cell, request->exclude)
	{
		const char *name = lfirst(cell);
		bool		exists = false;

		for (int i = 0; i < row->natts && !exists; i++)
			exists = !TupleDescAttr(row, i)->attisdropped && strcmp(NameStr(TupleDescAttr(row, i)->attname), name) == 0;
		if (!exists)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("column \"%s\" of relation \"%s\", which exclude names, does not exist", name, request->relation),
					 errhint("Its columns are: %s.", list_columns(row))));
		if (is_named(request->labels, name))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column \"%s\" is the label and cannot be excluded", name),
					 errhint("exclude names columns that are not to be features.")));
		if (request->weight != NULL && strcmp(request->weight, name) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column \"%s\" is the weight and cannot be excluded", name),
					 errhint("The weight column is no feature: leave it out of exclude.")));
	}
}

/* How a view makes a number or a text of such a column. */
static const char *
usable_form(Oid type)
{
	char		category;
	bool		preferred;

	get_type_category_preferred(getBaseType(type), &category, &preferred);
	switch (category)
	{
		case TYPCATEGORY_DATETIME:
		case TYPCATEGORY_TIMESPAN:
			return "extract(epoch FROM %s)";
		case TYPCATEGORY_COMPOSITE:
			return "(%s).a_field";
		case TYPCATEGORY_ARRAY:
			return "cardinality(%s)";
		default:
			return "%s::text";
	}
}

static void
raise_unusable(const TrainColumn *column, Oid type)
{
	StringInfoData hint;

	initStringInfo(&hint);
	appendStringInfoString(&hint, "Usable are numbers, boolean, text, and arrays of numbers or boolean: a view may have ");
	appendStringInfo(&hint, usable_form(type), quote_identifier(column->name));
	appendStringInfoString(&hint, " instead.");
	if (!column->label)
		appendStringInfo(&hint, " Or leave the column out: exclude => ARRAY[%s].", quote_literal_cstr(column->name));
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" has type %s, which cannot be trained on", column->name, column->type_name),
			 errhint("%s", hint.data)));
}

static void
add_column(TrainRelation *out, Form_pg_attribute attribute, const TrainRequest *request)
{
	TrainColumn *column = &out->columns[out->count++];

	column->name = pstrdup(NameStr(attribute->attname));
	column->type_name = format_type_be(attribute->atttypid);
	column->position = attribute->attnum;
	column->label = is_named(request->labels, column->name);
	column->weight = request->weight != NULL && strcmp(column->name, request->weight) == 0;
	if (!column_map(attribute->atttypid, &column->wire))
		raise_unusable(column, attribute->atttypid);
	if (column->label && column->wire.array)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" has type %s, which cannot be a label", column->name, column->type_name),
				 errhint("A label is one number, boolean or text.")));
}

static int
find_column(const TrainRelation *relation, const char *name)
{
	for (int i = 0; i < relation->count; i++)
	{
		if (strcmp(relation->columns[i].name, name) == 0)
			return i;
	}
	return -1;
}

static void
check_label(const TrainRequest *request, const TrainColumn *label)
{
	if (strcmp(request->task, "regression") == 0 && label->wire.type == WIRE_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a regression needs a number, but column \"%s\" has type %s", label->name, label->type_name),
				 errhint("Train a classification.")));
}

/* Where the relation has labels, they are put in the order in which they were named: that of the answers. */
static void
order_labels(const TrainRequest *request, TrainRelation *out, TupleDesc row)
{
	TrainColumn *labels = palloc(sizeof(TrainColumn) * Max(list_length(request->labels), 1));
	ListCell   *cell;
	int			next = 0;

	foreach(cell, request->labels)
	{
		int			at = find_column(out, lfirst(cell));

		if (at < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("column \"%s\" of relation \"%s\" does not exist", (char *) lfirst(cell), request->relation),
					 errhint("Its columns are: %s.", list_columns(row))));
		check_label(request, &out->columns[at]);
		labels[next++] = out->columns[at];
	}
	next = 0;
	for (int i = 0; i < out->count; i++)
	{
		if (out->columns[i].label)
			out->columns[i] = labels[next++];
	}
	if (out->count - next - (request->weight ? 1 : 0) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("relation \"%s\" has no feature columns", request->relation),
				 errhint("It needs a column besides the label%s.", request->weight ? " and the weight" : "")));
}

static void
check_weight(const TrainRequest *request, const TrainRelation *out, TupleDesc row)
{
	const TrainColumn *weight = NULL;

	for (int i = 0; i < out->count; i++)
	{
		if (out->columns[i].weight)
			weight = &out->columns[i];
	}
	if (request->weight == NULL)
		return;
	if (weight == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\", which weight_column names, does not exist", request->weight, request->relation),
				 errhint("Its columns are: %s.", list_columns(row))));
	if (weight->label)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" is the label and cannot be the weight", weight->name),
				 errhint("weight_column names a column that is neither label nor feature.")));
	if (weight->wire.array || (weight->wire.type != WIRE_F32 && weight->wire.type != WIRE_F64))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" has type %s, which cannot be a weight", weight->name, weight->type_name),
				 errhint("A weight is one number: cast it in a view.")));
}

/* The relation as the caller's search_path finds it. Whether the caller may read it is decided by the query. */
void
train_describe(const TrainRequest *request, TrainRelation *out)
{
	Relation	relation;
	TupleDesc	row;

	out->relation = train_find_relation(request->relation);
	relation = relation_open(out->relation, NoLock);
	if (!is_readable(relation->rd_rel->relkind))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is no table, view, materialized view or foreign table", request->relation),
				 errhint("Give the name of one of these.")));
	if (RELATION_IS_OTHER_TEMP(relation))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" is a temporary table of another session", request->relation),
				 errhint("Train on a table that is not temporary, or in the session that made it.")));
	row = RelationGetDescr(relation);
	out->qualified = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)), RelationGetRelationName(relation));
	out->columns = palloc0(sizeof(TrainColumn) * Max(row->natts, 1));
	out->count = 0;
	check_excluded(request, row);
	for (int i = 0; i < row->natts; i++)
	{
		if (!TupleDescAttr(row, i)->attisdropped && !is_named(request->exclude, NameStr(TupleDescAttr(row, i)->attname)))
			add_column(out, TupleDescAttr(row, i), request);
	}
	check_weight(request, out, row);
	order_labels(request, out, row);
	relation_close(relation, NoLock);
}

static bool
may_read(Oid relation, Oid role)
{
	return pg_class_aclcheck(relation, role, ACL_SELECT) == ACLCHECK_OK || pg_attribute_aclcheck_all(relation, role, ACL_SELECT, ACLMASK_ALL) == ACLCHECK_OK;
}

/*
 * A project that is granted may have been trained last by anybody it is granted to, on a view of theirs: its functions would run as whoever trains the project again
 * by its name. So that takes a relation of the project's owner or of the caller's own roles; being a superuser is no reason to trust one.
 */
void
train_check_trusted(const TrainRequest *request, const TrainRelation *relation)
{
	Oid			project_owner;
	Oid			owner;
	HeapTuple	tuple;

	if (!request->reused || request->trained_by_others == NULL)
		return;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation->relation));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relation->relation);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	project_owner = get_role_oid(request->trained_by_others, true);
	if (is_member_of_role_nosuper(request->owner, owner) || (OidIsValid(project_owner) && is_member_of_role_nosuper(project_owner, owner)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("project \"%s\" was trained last on %s, which belongs to role \"%s\"", request->project, relation->qualified, GetUserNameFromId(owner, false)),
			 errdetail("What the relation runs would run as you."),
			 errhint("If you trust it, name it: relation_name => %s.", quote_literal_cstr(relation->qualified))));
}

/* For what is written of a relation without a query that reads it. */
void
train_check_select(const TrainRelation *relation, Oid role)
{
	if (!may_read(relation->relation, role))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for relation %s", relation->qualified),
				 errhint("GRANT SELECT ON %s TO %s.", relation->qualified, quote_identifier(GetUserNameFromId(role, false)))));
}

static void
check_readable(Oid relation, const char *qualified, Oid role, const char *role_name)
{
	if (may_read(relation, role))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for relation %s: role \"%s\" may not read it", qualified, role_name),
			 errhint("A client's training needs the right of its own role and of the silo's: GRANT SELECT ON %s TO %s.", qualified, quote_identifier(role_name))));
}

/*
 * Of a client's training. The rows are read as the client's role, with no other right than that has in SQL; that the silo's role may read them too is how their
 * owner lets silos serve clients with them at all.
 */
void
train_check_readable(const TrainRequest *request, const TrainRelation *relation)
{
	check_readable(relation->relation, relation->qualified, request->caller, request->caller_name);
	check_readable(relation->relation, relation->qualified, request->owner, request->owner_name);
}

/* The run is a literal: Citus would send a parameter as one, and the planner of each shard sees the same query. */
char *
train_query(const TrainRelation *relation, int64 run)
{
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT pgml.feed(" INT64_FORMAT "::pg_catalog.int8, ROW(", run);
	for (int i = 0; i < relation->count; i++)
		appendStringInfo(&query, "%s%s", i > 0 ? ", " : "", quote_identifier(relation->columns[i].name));
	appendStringInfo(&query, ")) FROM %s", relation->qualified);
	return query.data;
}
