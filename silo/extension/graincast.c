/* The library: settings, callbacks, version. */
#include "prelude.h"

#include <limits.h>

#include "background.h"
#include "feed.h"
#include "image.h"
#include "modelcache.h"
#include "pin.h"
#include "silo.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(graincast_version);

char	   *graincast_socket;
int			graincast_timeout_ms;
int			graincast_images_mb;
char	   *graincast_pin;
char	   *graincast_on_behalf_of;
char	   *graincast_traceparent;

extern PGDLLEXPORT void _PG_init(void);

static void
at_transaction_event(XactEvent event, void *argument)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			background_before_commit();
			break;
		case XACT_EVENT_PRE_PREPARE:
			background_before_prepare();
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
			background_at_abort(InvalidSubTransactionId);
			feed_at_abort(InvalidSubTransactionId);
			silo_at_abort();
			image_at_transaction_end();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_PREPARE:
			feed_at_abort(InvalidSubTransactionId); /* feed was called by hand, outside of an executor run */
			background_at_commit();
			image_at_transaction_end();
			break;
		default:
			break;
	}
}

static void
at_subtransaction_event(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId parent, void *argument)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		background_at_abort(subtransaction);
		feed_at_abort(subtransaction);
		silo_at_abort();
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		background_at_subcommit(subtransaction, parent);
		feed_at_subcommit(subtransaction, parent);
	}
}

void
_PG_init(void)
{
	DefineCustomStringVariable("graincast.socket", "Unix socket of the Graincast silo beside this server.", NULL, &graincast_socket,
							   "/run/graincast/graincast.sock", PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("graincast.timeout_ms", "How long the silo may be silent; a training itself has no limit but statement_timeout.", NULL,
							&graincast_timeout_ms, 10000, 1, INT_MAX, PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("graincast.images_mb", "Images that a connection keeps open; beyond it those used longest ago are closed at a transaction's end.", NULL,
							&graincast_images_mb, 1024, 1, INT_MAX, PGC_USERSET, GUC_UNIT_MB, NULL, NULL, NULL);
	DefineCustomStringVariable("graincast.pin", "Written by pgml.train and pgml.deploy: the models that answer within their transaction.", NULL, &graincast_pin, "",
							   PGC_USERSET, GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, pin_check, pin_assign, NULL);
	DefineCustomStringVariable("graincast.on_behalf_of", "Written by the silo: its token for the role that a client trains for.", NULL, &graincast_on_behalf_of, "",
							   PGC_USERSET, GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE, NULL, NULL, NULL);
	DefineCustomStringVariable("graincast.traceparent", "W3C traceparent of the span that the silo's spans for this session are to be below; empty: none.", NULL,
							   &graincast_traceparent, "", PGC_USERSET, GUC_NOT_IN_SAMPLE, silo_trace_check, NULL, NULL);
	MarkGUCPrefixReserved("graincast");
	modelcache_init();
	feed_init();
	RegisterXactCallback(at_transaction_event, NULL);
	RegisterSubXactCallback(at_subtransaction_event, NULL);
}

Datum
graincast_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(GRAINCAST_VERSION));
}
