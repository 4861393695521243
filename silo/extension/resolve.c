/*
 * Resolving: on Citus the pin of this transaction first, then the catalog. On one node the catalog alone says it all, by the active snapshot.
 *
 * A pin gives no rights, whoever wrote it. If the model it names is visible, the project's owner in the catalog decides, as always. If it is not (its rows
 * are of this transaction but were written over another node's connection), then an image that visible rows name needs the right to one of those projects;
 * an image that none names is asked for at the silo each time, which gives it to the owner of the run that made it only. "Visible" is by the latest
 * snapshot here: an old snapshot must not make a committed model of somebody else look like one that is not there yet.
 */
#include "prelude.h"

#include "resolve.h"
#include "modelcache.h"
#include "pin.h"

static bool
find_latest_model(int64 model_id, CatalogModel *out)
{
	bool		found;

	modelcache_push_latest_snapshot();
	found = catalog_find_model(model_id, out);
	PopActiveSnapshot();
	return found;
}

/* Whether the transaction's pin says anything that the catalog here may not know. */
static bool
has_pin(void)
{
	return graincast_pin != NULL && graincast_pin[0] != '\0' && catalog_is_distributed();
}

/* A row that this transaction deleted over another connection may still be seen here. */
static bool
is_project_dropped(const char *project)
{
	PinEntry	pin;

	return has_pin() && pin_find_project(project, &pin) && pin.model_id == 0;
}

/* What the transaction's pin says; false = look into the catalog. unseen: no row here knows the model. */
static bool
find_pinned(const ModelName *name, CatalogModel *out, bool *unseen)
{
	PinEntry	pin;

	*unseen = false;
	if (!has_pin() || (name->project ? !pin_find_project(name->project, &pin) : !pin_find_model(name->model_id, &pin)))
		return false;
	if (pin.model_id == 0)
		catalog_raise_unknown_project(name->project);
	if (pin.name_hex_bytes == 0)
		catalog_raise_unknown_model(name->model_id);
	if (find_latest_model(pin.model_id, out))
		return memcmp(out->sha256, pin.sha256, sizeof(out->sha256)) == 0;
	memset(out, 0, sizeof(*out));
	out->model_id = pin.model_id;
	memcpy(out->sha256, pin.sha256, sizeof(out->sha256));
	if (name->project)
		catalog_copy_name(out->project, name->project);
	*unseen = true;
	return true;
}

static void
find_model(const ModelName *name, CatalogModel *out, bool *unseen)
{
	if (find_pinned(name, out, unseen))
		return;
	if (name->project)
	{
		if (!modelcache_find_project(name->project, out))
			catalog_raise_unknown_project(name->project);
		if (out->model_id == 0)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("project \"%s\" has no deployed model", name->project),
					 errhint("Deploy one: SELECT * FROM pgml.deploy(%s, 'best_score').", quote_literal_cstr(name->project))));
	}
	else if (!modelcache_find_model(name->model_id, out) || is_project_dropped(out->project))
		catalog_raise_unknown_model(name->model_id);
}

int64
resolve_model_id(const ModelName *name)
{
	CatalogModel model;
	bool		unseen;

	find_model(name, &model, &unseen);
	return model.model_id;
}

Image *
resolve_image(const ModelName *name)
{
	CatalogModel model;
	bool		unseen;
	bool		named;
	bool		allowed;

	find_model(name, &model, &unseen);
	if (!unseen)
	{
		catalog_check_right(&model, GetUserId(), CATALOG_PREDICT);
		return image_open(model.sha256, model.model_id, false);
	}
	modelcache_push_latest_snapshot();
	allowed = catalog_image_allows(model.sha256, GetUserId(), &named);
	PopActiveSnapshot();
	if (named && !allowed)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for the model that graincast.pin names"),
				 errhint("graincast.pin is set by pgml.train and pgml.deploy: RESET it.")));
	return image_open(model.sha256, 0, !named);
}
