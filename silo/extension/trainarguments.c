/* pgml.train: its arguments, read and checked. */
#include "prelude.h"

#include "train.h"
#include "catalog.h"
#include "token.h"

#define TRAIN_ARGUMENTS 18

static char *
required_text(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be NULL", name),
				 errhint("Give it a value.")));
	return text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

static char *
optional_text(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

static char *
enum_label(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be NULL", name),
				 errhint("Leave it out for its default, or give a value.")));
	return DatumGetCString(DirectFunctionCall1(enum_out, PG_GETARG_DATUM(argument)));
}

static char *
json_text(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		return "{}";
	return DatumGetCString(DirectFunctionCall1(jsonb_out, PG_GETARG_DATUM(argument)));
}

/* The seed is a hyperparameter of every algorithm; as an argument it is easier to find. */
static char *
with_seed(FunctionCallInfo fcinfo, int argument, char *hyperparams)
{
	Datum		given;
	char	   *seed;

	if (PG_ARGISNULL(argument))
		return hyperparams;
	given = DirectFunctionCall1(jsonb_in, CStringGetDatum(hyperparams));
	if (!JB_ROOT_IS_OBJECT(DatumGetJsonbP(given)))
		return hyperparams;		/* which the silo refuses */
	if (DatumGetBool(DirectFunctionCall2(jsonb_exists, given, CStringGetTextDatum("seed"))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the seed is given twice, as an argument and in hyperparams"),
				 errhint("Give one of them.")));
	seed = psprintf("{\"seed\": " INT64_FORMAT "}", PG_GETARG_INT64(argument));
	return DatumGetCString(DirectFunctionCall1(jsonb_out, DirectFunctionCall2(jsonb_concat, given, DirectFunctionCall1(jsonb_in, CStringGetDatum(seed)))));
}

static void
notice_runtime(void)
{
	static bool told;

	if (!told)
		ereport(NOTICE, (errmsg("the argument \"runtime\" has no effect: Graincast has one")));
	told = true;
}

static List *
label_names(FunctionCallInfo fcinfo, int argument, bool joint)
{
	List	   *names;

	if (PG_ARGISNULL(argument))
		return NIL;
	if (!joint)
		return list_make1(text_to_cstring(PG_GETARG_TEXT_PP(argument)));
	names = column_name_list(PG_GETARG_ARRAYTYPE_P(argument), "y_column_name");
	for (int i = 1; i < list_length(names); i++)
	{
		for (int before = 0; before < i; before++)
		{
			if (strcmp(list_nth(names, i), list_nth(names, before)) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("y_column_name names column \"%s\" twice", (char *) list_nth(names, i)),
						 errhint("Name each column to be learnt once.")));
		}
	}
	return names;
}

void
train_read_arguments(FunctionCallInfo fcinfo, TrainRequest *request, bool joint)
{
	if (PG_NARGS() < TRAIN_ARGUMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the SQL of extension graincast is older than its library"),
				 errhint("Run \"graincast install --connection …\", or ALTER EXTENSION graincast UPDATE.")));
	request->caller = GetUserId();
	request->caller_name = GetUserNameFromId(request->caller, false);
	request->for_client = token_names_role(&request->owner);
	if (!request->for_client)
		request->owner = request->caller;
	request->owner_name = GetUserNameFromId(request->owner, false);
	request->project = required_text(fcinfo, 0, "project_name");
	request->task = optional_text(fcinfo, 1);
	request->relation = optional_text(fcinfo, 2);
	request->labels = label_names(fcinfo, 3, joint);
	request->algorithm = enum_label(fcinfo, 4, "algorithm");
	request->hyperparams = json_text(fcinfo, 5);
	request->search = PG_ARGISNULL(6) ? NULL : enum_label(fcinfo, 6, "search");
	request->search_params = json_text(fcinfo, 7);
	request->search_args = json_text(fcinfo, 8);
	request->test_size = PG_ARGISNULL(9) ? 0.25f : PG_GETARG_FLOAT4(9);
	request->sampling = enum_label(fcinfo, 10, "test_sampling");
	if (!PG_ARGISNULL(11))
		notice_runtime();
	request->automatic_deploy = PG_ARGISNULL(12) || PG_GETARG_BOOL(12);
	if (!PG_ARGISNULL(13) && PG_GETARG_BOOL(13))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("materialize_snapshot is not offered"),
				 errhint("Copy the rows with CREATE TABLE … AS and train on the copy.")));
	request->preprocess = json_text(fcinfo, 14);
	request->hyperparams = with_seed(fcinfo, 15, request->hyperparams);
	request->has_exclude = !PG_ARGISNULL(16);
	if (request->has_exclude)
		request->exclude = column_name_list(PG_GETARG_ARRAYTYPE_P(16), "exclude");
	request->weight = optional_text(fcinfo, 17);
	catalog_check_project_name(request->project);
	if (request->search == NULL && strcmp(request->search_params, "{}") != 0)
		ereport(NOTICE, (errmsg("search_params has no effect without search => 'grid' or 'random'")));
}

static bool
is_task(const char *task)
{
	return strcmp(task, "regression") == 0 || strcmp(task, "classification") == 0 || strcmp(task, "clustering") == 0
		|| strcmp(task, "decomposition") == 0;
}

/* PostgresML's default is linear for every task: calls that leave the algorithm out must run. */
static void
choose_algorithm(TrainRequest *request)
{
	const char *instead = strcmp(request->task, "clustering") == 0 ? "kmeans" : strcmp(request->task, "decomposition") == 0 ? "pca" : NULL;

	if (instead == NULL || strcmp(request->algorithm, "linear") != 0)
		return;
	ereport(NOTICE, (errmsg("linear has no form for %s: %s is trained", request->task, instead)));
	request->algorithm = pstrdup(instead);
}

void
train_check_arguments(TrainRequest *request, bool exists)
{
	bool		labelled;

	if (request->task == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("project \"%s\" does not exist, and no task was given", request->project),
				 errhint("Give task => 'regression', 'classification', 'clustering' or 'decomposition', and the relation to train on.")));
	if (!is_task(request->task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("task \"%s\" is not offered", request->task),
				 errhint("The tasks are regression, classification, clustering and decomposition.")));
	if (request->relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg(exists ? "project \"%s\" has no earlier training to repeat" : "no relation was given for the new project \"%s\"", request->project),
				 errhint("Give relation_name => 'schema.table'.")));
	labelled = strcmp(request->task, "regression") == 0 || strcmp(request->task, "classification") == 0;
	if (labelled && request->labels == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a %s needs a label", request->task),
				 errhint("Give y_column_name => the column to learn.")));
	if (!labelled && request->labels != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a %s has no label", request->task),
				 errhint("Leave y_column_name out; a view can leave the column out of the features.")));
	choose_algorithm(request);
}
