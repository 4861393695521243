/*
 * From what a call names to the model that answers, with the caller's right to use it checked.
 */
#ifndef GRAINCAST_RESOLVE_H
#define GRAINCAST_RESOLVE_H

#include "catalog.h"
#include "image.h"

typedef struct ModelName
{
	const char *project;		/* NULL: by id */
	int64		model_id;
} ModelName;

/* The id of the model that answers. Raises 42704 for an unknown project or model, 55000 for a project without a deployment. */
extern int64 resolve_model_id(const ModelName *name);
extern Image *resolve_image(const ModelName *name);

#endif
