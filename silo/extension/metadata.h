/*
 * What an image says about itself.
 */
#ifndef GRAINCAST_METADATA_H
#define GRAINCAST_METADATA_H

#include "prelude.h"
#include "score.h"

/* The value of a key of the metadata, or NULL. */
extern JsonbValue *metadata_find(const gc_model *model, const char *key);

#endif
