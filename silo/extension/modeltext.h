/*
 * Models of trees as LightGBM's text: written here, read by the silo.
 */
#ifndef GRAINCAST_MODELTEXT_H
#define GRAINCAST_MODELTEXT_H

#include "prelude.h"
#include "score.h"

extern bytea *modeltext_write(int64 model_id, const gc_model *model);
extern bool modeltext_is(const char *bytes, size_t count);
extern void *modeltext_read(const char *text, size_t count, size_t *size_bytes);

#endif
