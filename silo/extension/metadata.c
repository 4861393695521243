/* The JSON of an image's metadata. */
#include "prelude.h"

#include "metadata.h"

JsonbValue *
metadata_find(const gc_model *model, const char *key)
{
	size_t		bytes;
	const char *metadata = gc_metadata(model, &bytes);
	char	   *json = bytes > 0 ? pg_any_to_server(pnstrdup(metadata, bytes), bytes, PG_UTF8) : "{}";
	Jsonb	   *object = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));

	return JB_ROOT_IS_OBJECT(object) ? getKeyJsonValueFromContainer(&object->root, key, strlen(key), NULL) : NULL;
}
