/* pgml.train_progress: the trainings that are under way, as the silos know them. */
#include "prelude.h"

#include "silo.h"

PG_FUNCTION_INFO_V1(graincast_train_progress);

#define COLUMNS 7

static Datum
interval_of_ms(uint64 elapsed_ms)
{
	Interval   *interval = palloc0(sizeof(Interval));

	interval->time = (TimeOffset) Min(elapsed_ms, (uint64) PG_INT64_MAX / 1000) * 1000;
	return IntervalPGetDatum(interval);
}

static void
put_line(ReturnSetInfo *result, WireReader *reply)
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {0};
	char	   *node;
	uint64		iteration;

	values[0] = Int64GetDatum((int64) wire_get_u64(reply));
	values[1] = CStringGetTextDatum(wire_get_server_text(reply));
	node = wire_get_server_text(reply);
	values[3] = CStringGetTextDatum(node);
	nulls[3] = node[0] == '\0';
	values[2] = CStringGetTextDatum(wire_get_server_text(reply));
	values[4] = Int64GetDatum((int64) wire_get_u64(reply));
	iteration = wire_get_u64(reply);
	values[5] = Int64GetDatum((int64) iteration);
	nulls[5] = iteration == 0;
	values[6] = interval_of_ms(wire_get_u64(reply));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
graincast_train_progress(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	StringInfoData frame;
	WireReader	reply;

	InitMaterializedSRF(fcinfo, 0);
	initStringInfo(&frame);
	wire_begin(&frame, WIRE_LIST_RUNS, silo_next_stream());
	wire_end(&frame);
	reply = silo_call(&frame, WIRE_RUN_LIST, graincast_timeout_ms, true);
	for (uint32 left = wire_get_u32(&reply); left > 0; left--)
	{
		CHECK_FOR_INTERRUPTS();
		put_line(result, &reply);
	}
	silo_replied(&reply);
	return (Datum) 0;
}
