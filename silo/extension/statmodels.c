/* pgml.loaded_models: the models whose images this backend has open. */
#include "prelude.h"

#include "image.h"

PG_FUNCTION_INFO_V1(graincast_loaded_models);

static Datum
hash_datum(const uint8 sha256[GC_SHA256_BYTES])
{
	bytea	   *value = palloc(VARHDRSZ + GC_SHA256_BYTES);

	SET_VARSIZE(value, VARHDRSZ + GC_SHA256_BYTES);
	memcpy(VARDATA(value), sha256, GC_SHA256_BYTES);
	return PointerGetDatum(value);
}

Datum
graincast_loaded_models(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	Image	  **images;
	int			count;

	InitMaterializedSRF(fcinfo, 0);
	count = image_list(&images);
	for (int i = 0; i < count; i++)
	{
		Datum		values[] = {hash_datum(images[i]->sha256), Int64GetDatum((int64) images[i]->size_bytes), BoolGetDatum(images[i]->context == NULL)};
		bool		nulls[3] = {0};

		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}
