/* pgml.grant_project, revoke_project: who may use a project besides its owner. */
#include "prelude.h"

#include "catalog.h"

PG_FUNCTION_INFO_V1(graincast_grant_project);
PG_FUNCTION_INFO_V1(graincast_revoke_project);

static char *
text_argument(FunctionCallInfo fcinfo, int argument, const char *function, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of %s must not be NULL", name, function),
				 errhint("Call %s('a_project', 'a_role', 'predict').", function)));
	return text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

static CatalogRight
find_right(const char *privilege)
{
	for (CatalogRight right = CATALOG_PREDICT; right <= CATALOG_OWN; right++)
	{
		if (strcmp(privilege, catalog_right_name(right)) == 0)
			return right;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown privilege \"%s\"", privilege),
			 errhint("Privileges: predict; train, which has deploy and predict in it; owner, which has all.")));
	pg_unreachable();
}

static bool
is_granted(const CatalogGrants *grants, const char *role, CatalogRight right)
{
	for (int i = 0; i < grants->count; i++)
	{
		if (grants->all[i].right == right && strcmp(NameStr(grants->all[i].role), role) == 0)
			return true;
	}
	return false;
}

static void
write_grants(const CatalogProject *project, const char *role, CatalogRight right, bool grant)
{
	static CatalogStatement statements[2][CATALOG_OWN + 1] = {
		{
			{"UPDATE pgml.projects SET predict_to = pg_catalog.array_remove(predict_to, $2) WHERE id = $1", 2, {INT8OID, TEXTOID}},
			{"UPDATE pgml.projects SET train_to = pg_catalog.array_remove(train_to, $2) WHERE id = $1", 2, {INT8OID, TEXTOID}},
			{"UPDATE pgml.projects SET own_to = pg_catalog.array_remove(own_to, $2) WHERE id = $1", 2, {INT8OID, TEXTOID}},
		},
		{
			{"UPDATE pgml.projects SET predict_to = pg_catalog.array_append(predict_to, $2) WHERE id = $1", 2, {INT8OID, TEXTOID}},
			{"UPDATE pgml.projects SET train_to = pg_catalog.array_append(train_to, $2) WHERE id = $1", 2, {INT8OID, TEXTOID}},
			{"UPDATE pgml.projects SET own_to = pg_catalog.array_append(own_to, $2) WHERE id = $1", 2, {INT8OID, TEXTOID}},
		},
	};
	Datum		values[] = {Int64GetDatum(project->id), CStringGetTextDatum(role)};

	(void) catalog_run(&statements[grant][right], values, NULL, false);
}

static Datum
change(FunctionCallInfo fcinfo, const char *function, bool grant)
{
	Oid			user = GetUserId();
	char	   *name;
	char	   *role;
	CatalogRight right;
	CatalogProject project;
	CatalogAccess access;

	catalog_begin_write(function);
	name = text_argument(fcinfo, 0, function, "project_name");
	role = text_argument(fcinfo, 1, function, "role_name");
	right = find_right(text_argument(fcinfo, 2, function, "privilege"));
	if (grant && !OidIsValid(get_role_oid(role, true)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role \"%s\" does not exist", role),
				 errhint("Name one role; for many, a role that they are members of.")));
	catalog_enter(&access);
	catalog_lock_project_for(name, user, CATALOG_OWN, &project);
	if (grant && project.grants.count >= CATALOG_GRANTS_MAX && !is_granted(&project.grants, role, right))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("project \"%s\" is granted %d times, which is all it can be", name, CATALOG_GRANTS_MAX),
				 errhint("Grant it to one role, and that role to others: GRANT … TO ….")));
	if (is_granted(&project.grants, role, right) != grant)
		write_grants(&project, role, right, grant);
	catalog_leave(&access);
	PG_RETURN_VOID();
}

Datum
graincast_grant_project(PG_FUNCTION_ARGS)
{
	return change(fcinfo, "pgml.grant_project", true);
}

/* As REVOKE, it does nothing when there is nothing to take away. */
Datum
graincast_revoke_project(PG_FUNCTION_ARGS)
{
	return change(fcinfo, "pgml.revoke_project", false);
}
