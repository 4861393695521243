/*
 * ONNX models: read and scored by child processes of the silo, kept in images.
 */
#ifndef GRAINCAST_ONNX_H
#define GRAINCAST_ONNX_H

#include "prelude.h"
#include "score.h"

extern bool onnx_is(const char *bytes, size_t count);
extern void *onnx_read(const void *bytes, size_t count, size_t *size_bytes);
extern bytea *onnx_write(int64 model_id, const gc_model *model);

#endif
