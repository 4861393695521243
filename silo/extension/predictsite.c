/* The call site of a prediction: see predict.h. */
#include "prelude.h"

#include "predict.h"
#include "pin.h"

static bool
is_current(const PredictSite *site, FunctionCallInfo fcinfo, bool by_id)
{
	if (site->image == NULL || !modelcache_same_snapshot(&site->snapshot) || site->pin_changes != pin_changes || site->evictions != image_evictions
		|| site->user != GetUserId())
		return false;
	if (by_id)
		return site->project == NULL && site->model_id == PG_GETARG_INT64(0);
	if (site->project != NULL)
	{
		text	   *name = PG_GETARG_TEXT_PP(0);

		return VARSIZE_ANY_EXHDR(name) == site->project_bytes && memcmp(VARDATA_ANY(name), site->project, site->project_bytes) == 0;
	}
	return false;
}

static PredictSite *
create_site(FunctionCallInfo fcinfo)
{
	PredictSite *site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(PredictSite));

	site->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "graincast call site", ALLOCSET_SMALL_SIZES);
	fcinfo->flinfo->fn_extra = site;
	return site;
}

/* A statement keeps its model: the same snapshot never looks twice, another one always does. */
PredictSite *
predict_site(FunctionCallInfo fcinfo, bool by_id)
{
	PredictSite *site = fcinfo->flinfo->fn_extra;
	ModelName	name = {0};
	MemoryContext caller;
	Image	   *image;
	size_t		external_bytes;

	if (likely(site != NULL && is_current(site, fcinfo, by_id)))
	{
		image_count_rows(site->image, 1);
		return site;
	}
	if (site == NULL)
		site = create_site(fcinfo);
	site->image = NULL;
	if (by_id)
		name.model_id = PG_GETARG_INT64(0);
	else
		name.project = text_to_cstring(PG_GETARG_TEXT_PP(0));
	image = resolve_image(&name);

	MemoryContextReset(site->context);
	caller = MemoryContextSwitchTo(site->context);
	site->map = NULL;
	site->labels = NULL;
	site->names = NULL;
	site->project = name.project ? pstrdup(name.project) : NULL;
	site->project_bytes = name.project ? strlen(name.project) : 0;
	site->model_id = name.model_id;
	site->snapshot = modelcache_snapshot();
	site->pin_changes = pin_changes;
	site->evictions = image_evictions;
	site->user = GetUserId();
	inputs_prepare(&site->schema, &image->model);
	site->work = palloc(Max(gc_work_bytes(&image->model), 8));
	site->external = gc_external(&image->model, &external_bytes) != NULL;
	MemoryContextSwitchTo(caller);
	site->image = image;
	image_count_rows(image, 1);
	return site;
}
