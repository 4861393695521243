/*
 * pgml.feed(run, row): each call site streams its rows to the silo beside this backend, from a buffer that is sent when it is full.
 *
 * A stream ends when the ExecutorRun that it began in returns, not in an ExprContext callback: Citus ends the last task of a connection within a transaction
 * block only at COMMIT, and train would wait for ever for the acknowledgement.
 */
#include "prelude.h"

#include "column.h"
#include "feed.h"
#include "lib/ilist.h"
#include "silo.h"
#include "silowatch.h"

#define FRAME_BYTES (256 * 1024)

typedef struct FeedStream
{
	dlist_node	node;
	MemoryContext context;
	int64		run;
	uint32		stream;
	uint32		epoch;			/* of the connection */
	bool		watched;
	int			depth;			/* of the ExecutorRun that it ends with */
	SubTransactionId subtransaction;
	Oid			type;
	int32		typmod;
	TupleDesc	row;
	WireColumn *columns;
	Datum	   *values;
	bool	   *nulls;
	int			row_bytes;		/* of a row without a NULL; 0 when each has its own */
	StringInfoData frame;		/* header, row count, rows */
	uint32		buffered_rows;
	uint64		rows;
} FeedStream;

typedef struct FeedSite
{
	FeedStream *stream;
	uint64		ends;			/* stream is valid while no stream has ended since */
} FeedSite;

PG_FUNCTION_INFO_V1(graincast_feed);

static dlist_head streams = DLIST_STATIC_INIT(streams);
static uint64 ends;
static int	depth;
static ExecutorRun_hook_type previous_executor_run;
static int64 named_run;
static const char *const *column_names;
static int	column_count;

void
feed_name_columns(int64 run, const char *const *names, int count)
{
	named_run = run;
	column_names = names;
	column_count = count;
}

static void
begin_frame(FeedStream *stream)
{
	wire_begin(&stream->frame, WIRE_ROWS, stream->stream);
	wire_put_u32(&stream->frame, 0);	/* rows, known at the end */
	stream->buffered_rows = 0;
}

static void
drop(FeedStream *stream)
{
	dlist_delete(&stream->node);
	ends++;
	if (stream->watched)
		silo_watch_end();
	MemoryContextDelete(stream->context);
}

static void
check_connection(const FeedStream *stream)
{
	if (silo_epoch() != stream->epoch)
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE),
				 errmsg("lost the connection to %s while rows were being read", silo_label()),
				 errhint("Nothing was written. Train again when the silo is up: \"graincast status\".")));
}

static void
send_rows(FeedStream *stream)
{
	if (stream->buffered_rows == 0)
		return;
	check_connection(stream);
	memcpy(stream->frame.data + WIRE_HEADER_BYTES, &stream->buffered_rows, sizeof(uint32));
	wire_end(&stream->frame);
	silo_post(&stream->frame);
	begin_frame(stream);
}

static void
describe_row(FeedStream *stream, HeapTupleHeader header)
{
	TupleDesc	row = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));

	stream->row = CreateTupleDescCopy(row);
	ReleaseTupleDesc(row);
	stream->type = stream->row->tdtypeid;
	stream->typmod = stream->row->tdtypmod;
	stream->columns = palloc0(sizeof(WireColumn) * Max(stream->row->natts, 1));
	stream->values = palloc(sizeof(Datum) * Max(stream->row->natts, 1));
	stream->nulls = palloc(sizeof(bool) * Max(stream->row->natts, 1));
	stream->row_bytes = (stream->row->natts + 7) / 8;
	for (int i = 0; i < stream->row->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(stream->row, i);

		if (attribute->attisdropped || !column_map(attribute->atttypid, &stream->columns[i]))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("field %d of the fed row has type %s, which cannot be fed", i + 1, format_type_be(attribute->atttypid)),
					 errhint("Use float, integer, numeric, boolean or text, or arrays of numbers.")));
		stream->columns[i].name = stream->run == named_run && i < column_count ? pstrdup(column_names[i]) : psprintf("%d", i + 1);
		stream->row_bytes = stream->row_bytes > 0 && column_bytes(&stream->columns[i]) > 0 ? stream->row_bytes + column_bytes(&stream->columns[i]) : 0;
	}
}

static FeedStream *
begin_stream(int64 run, HeapTupleHeader header)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "graincast feed", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	FeedStream *stream = palloc0(sizeof(FeedStream));

	stream->context = context;
	stream->run = run;
	stream->depth = depth;
	stream->subtransaction = GetCurrentSubTransactionId();
	dlist_push_tail(&streams, &stream->node);	/* from here on an abort frees it */
	describe_row(stream, header);
	silo_connect();
	stream->epoch = silo_epoch();
	silo_watch_begin(run);
	stream->watched = true;
	stream->stream = silo_next_stream();
	initStringInfo(&stream->frame);
	enlargeStringInfo(&stream->frame, FRAME_BYTES + FRAME_BYTES / 4);
	wire_begin(&stream->frame, WIRE_BEGIN_FEED, stream->stream);
	wire_put_u64(&stream->frame, run);
	wire_end(&stream->frame);
	silo_post(&stream->frame);
	begin_frame(stream);
	MemoryContextSwitchTo(caller);
	return stream;
}

/* A row of numbers: its room is known. */
static void
put_numbers(FeedStream *stream)
{
	int			columns = stream->row->natts;
	char	   *bitmap;
	char	   *at;

	enlargeStringInfo(&stream->frame, stream->row_bytes);
	bitmap = stream->frame.data + stream->frame.len;
	at = bitmap + (columns + 7) / 8;
	memset(bitmap, 0, at - bitmap);
	for (int i = 0; i < columns; i++)
	{
		if (stream->nulls[i])
			bitmap[i / 8] |= (char) (1 << (i % 8));
		else
			at = column_store(at, stream->columns[i].value_type, stream->values[i]);
	}
	stream->frame.len = at - stream->frame.data;
}

static void
put_values(FeedStream *stream)
{
	int			columns = stream->row->natts;
	int			bitmap = stream->frame.len;

	appendStringInfoSpaces(&stream->frame, (columns + 7) / 8);
	memset(stream->frame.data + bitmap, 0, (columns + 7) / 8);
	for (int i = 0; i < columns; i++)
	{
		if (stream->nulls[i])
			stream->frame.data[bitmap + i / 8] |= (char) (1 << (i % 8));
		else
			column_put(&stream->frame, &stream->columns[i], stream->values[i]);
		if (stream->frame.len > WIRE_PAYLOAD_MAX_BYTES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("a row has more than %d bytes", WIRE_PAYLOAD_MAX_BYTES - FRAME_BYTES),
					 errhint("Train on fewer columns, or on shorter values, by a view.")));
	}
}

static void
put_row(FeedStream *stream, HeapTupleHeader header)
{
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	heap_deform_tuple(&tuple, stream->row, stream->values, stream->nulls);
	if (stream->row_bytes > 0)
		put_numbers(stream);
	else
		put_values(stream);
	stream->buffered_rows++;
	stream->rows++;
}

Datum
graincast_feed(PG_FUNCTION_ARGS)
{
	FeedSite   *site = fcinfo->flinfo->fn_extra;
	HeapTupleHeader header;

	if (site == NULL)
	{
		if (!type_is_rowtype(get_fn_expr_argtype(fcinfo->flinfo, 1)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("pgml.feed is not to be called by hand"),
					 errhint("pgml.train calls it.")));
		site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FeedSite));
		fcinfo->flinfo->fn_extra = site;
	}
	header = PG_GETARG_HEAPTUPLEHEADER(1);
	if (site->stream != NULL && site->ends != ends)
	{
		bool		alive = false;
		dlist_iter	at;

		dlist_foreach(at, &streams)
			alive |= dlist_container(FeedStream, node, at.cur) == site->stream;
		if (!alive)
			site->stream = NULL;
		site->ends = ends;
	}
	if (site->stream == NULL || site->stream->run != PG_GETARG_INT64(0) || site->stream->type != HeapTupleHeaderGetTypeId(header)
		|| site->stream->typmod != HeapTupleHeaderGetTypMod(header))
	{
		site->stream = begin_stream(PG_GETARG_INT64(0), header);
		site->ends = ends;
	}
	put_row(site->stream, header);
	if (site->stream->frame.len >= FRAME_BYTES)
		send_rows(site->stream);
	PG_RETURN_VOID();
}

/* The rest of the rows, the count, and the silo's word that all arrived. */
static void
end_stream(FeedStream *stream)
{
	WireReader	reply;
	uint64		acknowledged;

	send_rows(stream);
	check_connection(stream);
	wire_begin(&stream->frame, WIRE_END_FEED, stream->stream);
	wire_put_u64(&stream->frame, stream->rows);
	wire_end(&stream->frame);
	reply = silo_call(&stream->frame, WIRE_ACKNOWLEDGED, graincast_timeout_ms, false);
	acknowledged = wire_get_u64(&reply);
	silo_replied(&reply);
	if (acknowledged != stream->rows)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("%s received " UINT64_FORMAT " of " UINT64_FORMAT " rows", silo_label(), acknowledged, stream->rows),
				 errhint("Train again.")));
	drop(stream);
}

static void
end_streams(int at_depth)
{
	dlist_mutable_iter at;

	dlist_foreach_modify(at, &streams)
	{
		FeedStream *stream = dlist_container(FeedStream, node, at.cur);

		if (stream->depth >= at_depth)
			end_stream(stream);
	}
}

static void
executor_run(GC_EXECUTOR_RUN_PARAMETERS)
{
	MemoryContext context = CurrentMemoryContext;

	depth++;
	PG_TRY();
	{
		if (previous_executor_run)
			previous_executor_run(GC_EXECUTOR_RUN_ARGUMENTS);
		else
			standard_ExecutorRun(GC_EXECUTOR_RUN_ARGUMENTS);
		if (!dlist_is_empty(&streams))
			end_streams(depth);
		silo_watch_check();
	}
	PG_CATCH();
	{
		depth--;
		silo_watch_caught(context, false);
		PG_RE_THROW();
	}
	PG_END_TRY();
	depth--;
}

void
feed_init(void)
{
	previous_executor_run = ExecutorRun_hook;
	ExecutorRun_hook = executor_run;
}

/* The streams of an aborted (sub)transaction are dropped, and the silo forgets their runs; InvalidSubTransactionId = all. */
void
feed_at_abort(SubTransactionId subtransaction)
{
	dlist_mutable_iter at;

	dlist_foreach_modify(at, &streams)
	{
		FeedStream *stream = dlist_container(FeedStream, node, at.cur);

		if (subtransaction != InvalidSubTransactionId && stream->subtransaction != subtransaction)
			continue;
		if (stream->epoch != 0 && stream->epoch == silo_epoch())
			silo_cancel_run(stream->run);
		drop(stream);
	}
}

void
feed_at_subcommit(SubTransactionId subtransaction, SubTransactionId parent)
{
	dlist_iter	at;

	dlist_foreach(at, &streams)
	{
		FeedStream *stream = dlist_container(FeedStream, node, at.cur);

		if (stream->subtransaction == subtransaction)
			stream->subtransaction = parent;
	}
}
