/*
 * Models of trees as LightGBM's text, version v4.
 */
#ifndef GRAINCAST_MODELTEXT_H
#define GRAINCAST_MODELTEXT_H

#include "prelude.h"

extern bytea *modeltext_write(int64 model_id, const void *image, size_t size_bytes);
extern bool modeltext_is(const char *bytes, size_t count);

#endif
