/* The catalog: whose it is, who may use a project, images. See catalog.h. */
#include "prelude.h"

#include "catalog.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "utils/syscache.h"

static Oid	watched[3];

Oid
catalog_relation(const char *name)
{
	Oid			schema = get_namespace_oid("pgml", true);

	return OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
}

/* pgml.projects, whose owner is the catalog's owner. */
Oid
catalog_projects_relation(void)
{
	watched[0] = catalog_relation("projects");
	watched[1] = catalog_relation("models");
	watched[2] = catalog_relation("deployments");
	return watched[0];
}

bool
catalog_is_watched(Oid relation)
{
	return relation == InvalidOid || relation == watched[0] || relation == watched[1] || relation == watched[2];
}

bool
catalog_is_distributed(void)
{
	return OidIsValid(get_extension_oid("citus", true));
}

static Oid
catalog_owner(void)
{
	Oid			projects = catalog_projects_relation();
	HeapTuple	tuple = OidIsValid(projects) ? SearchSysCache1(RELOID, ObjectIdGetDatum(projects)) : NULL;
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("Graincast's catalog is not installed in this database"),
				 errhint("Run \"graincast install --connection …\".")));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

static void
set_for_now(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* An error on the way restores user and settings with the (sub)transaction. */
void
catalog_become_owner(CatalogAccess *access)
{
	Oid			owner = catalog_owner();

	GetUserIdAndSecContext(&access->user, &access->security);
	SetUserIdAndSecContext(owner, access->security | SECURITY_LOCAL_USERID_CHANGE);
	access->guc_level = NewGUCNestLevel();
	set_for_now("search_path", "pg_catalog, pg_temp");
	if (GetConfigOption("citus.allow_nested_distributed_execution", true, false) != NULL)
	{
		/* Citus refuses a lookup within a query on a shard otherwise; the catalog's reference tables are read locally. */
		set_for_now("citus.allow_nested_distributed_execution", "on");
		/* A lookup would else make a parallel worker's transaction one of Citus' own, which may not end there. */
		set_for_now("citus.select_opens_transaction_block", "off");
		/* No distributed table refers to the catalog, so a write of it may follow a query that used several connections to a node, such as one that feeds. */
		set_for_now("citus.enforce_foreign_key_restrictions", "off");
	}
}

void
catalog_become_caller(const CatalogAccess *access)
{
	AtEOXact_GUC(false, access->guc_level);
	SetUserIdAndSecContext(access->user, access->security);
}

void
catalog_enter(CatalogAccess *access)
{
	catalog_become_owner(access);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

void
catalog_leave(const CatalogAccess *access)
{
	SPI_finish();
	catalog_become_caller(access);
}

/* New files of the extension stand beside tables that "graincast install" has not brought to them yet. */
void
catalog_raise_outdated(const char *missing)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("Graincast's catalog in this database is of an earlier release than the extension's library"),
			 errdetail("%s.", missing),
			 errhint("Run \"graincast install --connection …\".")));
}

static bool
is_missing(int sqlstate)
{
	return sqlstate == ERRCODE_UNDEFINED_COLUMN || sqlstate == ERRCODE_UNDEFINED_TABLE || sqlstate == ERRCODE_UNDEFINED_FUNCTION;
}

static SPIPlanPtr
prepare(CatalogStatement *statement)
{
	MemoryContext context = CurrentMemoryContext;
	SPIPlanPtr	plan = NULL;

	PG_TRY();
	{
		plan = SPI_prepare(statement->sql, statement->parameters, statement->types);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (!is_missing(error->sqlerrcode))
			PG_RE_THROW();
		FlushErrorState();
		catalog_raise_outdated(error->message);
	}
	PG_END_TRY();
	return plan;
}

/* Returns the number of rows; they are in SPI_tuptable. Read-only statements see the active snapshot. */
uint64
catalog_run(CatalogStatement *statement, const Datum *values, const char *nulls, bool read_only)
{
	int			result;

	if (statement->plan == NULL)
	{
		SPIPlanPtr	plan = prepare(statement);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not prepare \"%s\": %s", statement->sql, SPI_result_code_string(SPI_result));
		statement->plan = plan;
	}
	result = SPI_execute_plan(statement->plan, (Datum *) values, nulls, read_only, 0);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", statement->sql, SPI_result_code_string(result));
	return SPI_processed;
}

/* A bigint of the first row; 0 for NULL. */
int64
catalog_int64(int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* A text of the first row, or NULL; lives until catalog_leave. */
char *
catalog_text(int column)
{
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);
}

/* As which silos connect. */
Oid
catalog_silo_role(void)
{
	static CatalogStatement statement = {"SELECT pgml.silo_role()::pg_catalog.text", 0, {0}};
	CatalogAccess access;
	Oid			role;

	catalog_enter(&access);
	(void) catalog_run(&statement, NULL, NULL, true);
	role = get_role_oid(catalog_text(1), false);
	catalog_leave(&access);
	return role;
}

/* Cut off between two characters: half of one would make a message that no client can decode. */
void
catalog_copy_name(char out[CATALOG_NAME_BYTES], const char *name)
{
	strlcpy(out, name, pg_mbcliplen(name, strlen(name), CATALOG_NAME_BYTES - 1) + 1);
}

static bool
role_allows(const char *granted, Oid user)
{
	Oid			role = get_role_oid(granted, true);

	return superuser_arg(user) || (OidIsValid(role) && has_privs_of_role(user, role));
}

const char *
catalog_right_name(CatalogRight right)
{
	return right == CATALOG_PREDICT ? "predict" : right == CATALOG_TRAIN ? "train" : "owner";
}

void
catalog_check_project(const char *project, const char *owner, const CatalogGrants *grants, Oid user, CatalogRight right)
{
	bool		allowed = role_allows(owner, user);

	for (int i = 0; i < grants->count && !allowed; i++)
		allowed = grants->all[i].right >= right && role_allows(NameStr(grants->all[i].role), user);
	if (!allowed)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for project \"%s\"", project),
				 errhint(OidIsValid(get_role_oid(owner, true))
						 ? "The project belongs to role \"%s\"; a member of that role may use it, or whom it grants it: SELECT pgml.grant_project(%s, %s, '%s')."
						 : "The project belongs to role \"%s\", which does not exist: a superuser may create it, or grant the project: SELECT pgml.grant_project(%s, %s, '%s').",
						 owner, quote_literal_cstr(project), quote_literal_cstr(GetUserNameFromId(user, false)), catalog_right_name(right))));
}

void
catalog_check_right(const CatalogModel *model, Oid user, CatalogRight right)
{
	catalog_check_project(model->project, NameStr(model->owner), &model->grants, user, right);
}

/* Do visible rows name this image, and may the user predict with one of them? */
bool
catalog_image_allows(const uint8 sha256[32], Oid user, bool *named)
{
	static CatalogStatement statement = {
		"SELECT DISTINCT pg_catalog.unnest(p.predict_to || p.train_to || p.own_to || p.owner::pg_catalog.text)"
		" FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE m.image_sha256 = $1", 1, {BYTEAOID}
	};
	bytea	   *bytes = palloc(VARHDRSZ + 32);
	Datum		values[] = {PointerGetDatum(bytes)};
	CatalogAccess access;
	bool		allowed = false;
	uint64		rows;

	SET_VARSIZE(bytes, VARHDRSZ + 32);
	memcpy(VARDATA(bytes), sha256, 32);
	catalog_enter(&access);
	rows = catalog_run(&statement, values, NULL, true);
	for (uint64 i = 0; i < rows && !allowed; i++)
		allowed = role_allows(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1), user);
	catalog_leave(&access);
	*named = rows > 0;
	return allowed;
}

/* The image's bytes from pgml.files into one allocation in the context; NULL if no part is visible. */
char *
catalog_read_image(int64 model_id, MemoryContext context, size_t *size_bytes)
{
	static CatalogStatement size = {
		"SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.octet_length(data)), 0)::pg_catalog.int8 FROM pgml.files"
		" WHERE model_id = $1 AND path = 'image'", 1, {INT8OID}
	};
	static CatalogStatement part = {
		"SELECT data FROM pgml.files WHERE model_id = $1 AND path = 'image' AND part = $2", 2, {INT8OID, INT4OID}
	};
	Datum		values[2] = {Int64GetDatum(model_id)};
	CatalogAccess access;
	char	   *image = NULL;
	int64		parts;
	size_t		at = 0;

	catalog_enter(&access);
	(void) catalog_run(&size, values, NULL, true);
	parts = catalog_int64(1);
	*size_bytes = catalog_int64(2);
	if (*size_bytes > 0)
		image = MemoryContextAllocHuge(context, *size_bytes);
	for (int64 i = 0; i < parts && image != NULL; i++)
	{
		bool		isnull = true;
		Datum		stored = 0;
		bytea	   *data = NULL;

		values[1] = Int32GetDatum((int32) i);
		if (catalog_run(&part, values, NULL, true) == 1)
			stored = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
		if (!isnull)
			data = DatumGetByteaPP(stored);
		if (isnull || VARSIZE_ANY_EXHDR(data) > *size_bytes - at)
			break;
		memcpy(image + at, VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data));
		at += VARSIZE_ANY_EXHDR(data);
		if ((Pointer) data != DatumGetPointer(stored))
			pfree(data);
		SPI_freetuptable(SPI_tuptable);
	}
	catalog_leave(&access);
	if (parts > 0 && (image == NULL || at != *size_bytes))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the stored image of model " INT64_FORMAT " is incomplete", model_id),
				 errhint("Restore pgml.files from a backup, or train the model again.")));
	return image;
}
