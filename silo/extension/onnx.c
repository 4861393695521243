/* ONNX models: see onnx.h. */
#include "prelude.h"

#include "onnx.h"
#include "silo.h"

/* A frame has a role's name before the file, and its answer what an image has besides. */
#define ONNX_MAX_BYTES (WIRE_PAYLOAD_MAX_BYTES - 64 * 1024)

/* The first field of the message is ir_version, a small number: who writes one writes it first. */
bool
onnx_is(const char *bytes, size_t count)
{
	return count > 2 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 0x7f;
}

/* The image of a file. */
void *
onnx_read(const void *bytes, size_t count, size_t *size_bytes)
{
	StringInfoData frame;

	if (count > ONNX_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the ONNX model has %zu bytes, the limit is %d", count, ONNX_MAX_BYTES),
				 errhint("Import a smaller model: fewer trees, narrower layers.")));
	initStringInfo(&frame);
	wire_begin(&frame, WIRE_READ_ONNX, silo_next_stream());
	wire_put_server_text(&frame, GetUserNameFromId(GetUserId(), false));
	wire_put_str(&frame, bytes, (int) count);
	wire_end(&frame);
	return silo_make_image(&frame, size_bytes);
}

/* The file, as it was imported. */
bytea *
onnx_write(int64 model_id, const gc_model *model)
{
	size_t		size_bytes;
	const void *bytes = gc_external(model, &size_bytes);
	bytea	   *out;

	if (bytes == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("model " INT64_FORMAT " was not imported from an ONNX file", model_id),
				 errhint("Export the image: pgml.export_model(" INT64_FORMAT ").", model_id)));
	out = palloc(VARHDRSZ + size_bytes);
	SET_VARSIZE(out, VARHDRSZ + size_bytes);
	memcpy(VARDATA(out), bytes, size_bytes);
	return out;
}
