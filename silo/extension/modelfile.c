/* pgml.export_model, import_model: a model as the bytes of its image, LightGBM's text or an ONNX file, to be kept or taken to another database. */
#include "prelude.h"

#include "catalog.h"
#include "image.h"
#include "metadata.h"
#include "modelcache.h"
#include "modeltext.h"
#include "onnx.h"
#include "pin.h"
#include "train.h"

PG_FUNCTION_INFO_V1(graincast_export_model);
PG_FUNCTION_INFO_V1(graincast_import_model);

static const char *const tasks[] = {NULL, "regression", "classification", "clustering", "decomposition"};

typedef enum Format
{
	FORMAT_IMAGE,
	FORMAT_LIGHTGBM,
	FORMAT_ONNX
} Format;

static Format
read_format(FunctionCallInfo fcinfo)
{
	static const char *const formats[] = {"image", "lightgbm", "onnx"};
	char	   *name = PG_NARGS() > 1 ? text_to_cstring(PG_GETARG_TEXT_PP(1)) : "image";

	for (int i = 0; i < lengthof(formats); i++)
	{
		if (strcmp(name, formats[i]) == 0)
			return (Format) i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown format \"%s\"", name),
			 errhint("Formats: image, lightgbm, onnx.")));
}

static bytea *
copy_image(int64 model_id, const char *image, size_t size_bytes)
{
	bytea	   *out;

	if (size_bytes > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the image of model " INT64_FORMAT " has %zu bytes, a bytea takes %zu", model_id, size_bytes, (size_t) MaxAllocSize - VARHDRSZ),
				 errhint("Copy the rows of pgml.files instead.")));
	out = palloc(VARHDRSZ + size_bytes);
	SET_VARSIZE(out, VARHDRSZ + size_bytes);
	memcpy(VARDATA(out), image, size_bytes);
	return out;
}

/* The model in a stored image. */
static void
open_stored(int64 model_id, const void *image, size_t size_bytes, gc_model *model)
{
	char		message[256];

	if (gc_open(image, size_bytes, model, message, sizeof(message)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the image of model " INT64_FORMAT " is damaged", model_id),
				 errdetail("%s", message),
				 errhint("Restore pgml.files from a backup, or train the model again.")));
}

Datum
graincast_export_model(PG_FUNCTION_ARGS)
{
	CatalogModel model;
	MemoryContext context = CurrentMemoryContext;
	size_t		size_bytes;
	char	   *image;
	Format		format = read_format(fcinfo);
	gc_model	opened;

	if (!modelcache_find_model(PG_GETARG_INT64(0), &model))
		catalog_raise_unknown_model(PG_GETARG_INT64(0));
	/* Who has the bytes can predict with them for ever. */
	catalog_check_right(&model, GetUserId(), CATALOG_TRAIN);
	image = catalog_read_image(model.model_id, context, &size_bytes);
	if (image == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("model " INT64_FORMAT " has no stored image", model.model_id),
				 errhint("Restore pgml.files from a backup, or train the model again.")));
	if (format == FORMAT_IMAGE)
		PG_RETURN_BYTEA_P(copy_image(model.model_id, image, size_bytes));
	open_stored(model.model_id, image, size_bytes, &opened);
	if (format == FORMAT_LIGHTGBM)
		PG_RETURN_BYTEA_P(modeltext_write(model.model_id, &opened));
	PG_RETURN_BYTEA_P(onnx_write(model.model_id, &opened));
}

static void
check_arguments(FunctionCallInfo fcinfo)
{
	static const char *const names[] = {"project_name", "task", "model"};

	for (int i = 0; i < lengthof(names); i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s of pgml.import_model must not be NULL", names[i]),
					 errhint("Call pgml.import_model('a_project', 'regression', bytes_of_pgml_export_model).")));
	}
}

/* A member of the metadata as text, or NULL. */
static char *
member(const gc_model *model, const char *name)
{
	JsonbValue *value = metadata_find(model, name);

	if (value == NULL)
		return NULL;
	if (value->type == jbvString)
		return value->val.string.len > 0 && value->val.string.val[0] != '{' ? pnstrdup(value->val.string.val, value->val.string.len) : NULL;
	return DatumGetCString(DirectFunctionCall1(jsonb_out, JsonbPGetDatum(JsonbValueToJsonb(value))));
}

/* What the image says of itself for people; another maker's need not say it. */
static void
describe(const gc_model *model, TrainRequest *request, TrainResult *result)
{
	char	   *seed = member(model, "seed");

	request->algorithm = member(model, "algorithm");
	result->hyperparams = member(model, "hyperparams");
	if (request->algorithm == NULL)
		request->algorithm = "imported";
	if (result->hyperparams == NULL || result->hyperparams[0] != '{')
		result->hyperparams = "{}";
	result->seed = seed ? strtoll(seed, NULL, 10) : 0;
	result->features = model->inputs;
	result->metrics = "{}";
}

/* Whichever kind of file it is, as a verified image. */
static void
read_model(const char *bytes, size_t count, Image *image)
{
	const void *external;
	size_t		external_bytes;

	if (modeltext_is(bytes, count))
		image->bytes = modeltext_read(bytes, count, &image->size_bytes);
	else if (onnx_is(bytes, count))
		image->bytes = onnx_read(bytes, count, &image->size_bytes);
	else
	{
		/* Aligned, which a bytea's data need not be. */
		image->size_bytes = count;
		image->bytes = memcpy(palloc(Max(count, 1)), bytes, count);
		image_verify(image);
		external = gc_external(&image->model, &external_bytes);
		if (external == NULL)
			return;
		/* What others score is tried by them, whoever wrote the image around it; and the silo that did has it before it is committed. */
		image->bytes = onnx_read(external, external_bytes, &image->size_bytes);
	}
	image_verify(image);
}

Datum
graincast_import_model(PG_FUNCTION_ARGS)
{
	TrainRequest request = {.search_params = "{}", .search_args = "{}"};
	TrainResult result = {0};
	Image		image = {0};
	bytea	   *bytes;
	int64		model_id;

	catalog_begin_write("pgml.import_model()");
	check_arguments(fcinfo);
	request.project = text_to_cstring(PG_GETARG_TEXT_PP(0));
	request.task = text_to_cstring(PG_GETARG_TEXT_PP(1));
	request.caller = request.owner = GetUserId();
	request.caller_name = request.owner_name = GetUserNameFromId(request.owner, false);
	catalog_check_project_name(request.project);
	bytes = PG_GETARG_BYTEA_PP(2);
	read_model(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), &image);
	if (image.model.task >= lengthof(tasks) || strcmp(request.task, tasks[image.model.task]) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model is a %s, and task is \"%s\"", tasks[image.model.task], request.task),
				 errhint("Pass task => '%s'.", tasks[image.model.task])));
	describe(&image.model, &request, &result);
	memcpy(result.sha256, image.sha256, sizeof(result.sha256));
	model_id = train_import(&request, &result, &image);
	pin_set(request.project, model_id, result.sha256);
	PG_RETURN_INT64(model_id);
}
