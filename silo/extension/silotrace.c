/* graincast.traceparent: the trace that a session's calls belong to, as https://www.w3.org/TR/trace-context/ writes it. */
#include "prelude.h"

#include "silo.h"

#define TRACE_ID_DIGITS 32
#define PARENT_ID_DIGITS 16
#define FLAGS_DIGITS 2

/* So many lower-case hexadecimal digits, not all zero unless they may be. */
static bool
take_hex(const char **at, int digits, bool may_be_zero)
{
	bool		valid = may_be_zero;

	for (int i = 0; i < digits; i++, (*at)++)
	{
		if (!((**at >= '0' && **at <= '9') || (**at >= 'a' && **at <= 'f')))
			return false;
		valid |= **at != '0';
	}
	return valid;
}

static bool
is_traceparent(const char *text)
{
	static const char version[] = "00-";
	const char *at = text + strlen(version);

	return strncmp(text, version, strlen(version)) == 0
		&& take_hex(&at, TRACE_ID_DIGITS, false) && *at++ == '-'
		&& take_hex(&at, PARENT_ID_DIGITS, false) && *at++ == '-'
		&& take_hex(&at, FLAGS_DIGITS, true) && *at == '\0';
}

bool
silo_trace_check(char **value, void **extra, GucSource source)
{
	if (*value == NULL || **value == '\0' || is_traceparent(*value))
		return true;
	GUC_check_errcode(ERRCODE_INVALID_PARAMETER_VALUE);
	GUC_check_errhint("Use a W3C traceparent, 00-<32 hexadecimal digits>-<16>-<2> in lower case, neither id all zeros; or '' for no trace.");
	return false;
}

/* Before a call; true when there is no trace to write. */
bool
silo_write_trace(uint32 stream, int timeout_ms, SiloFailure *failure)
{
	StringInfoData frame;
	bool		written;

	if (graincast_traceparent == NULL || graincast_traceparent[0] == '\0')
		return true;
	initStringInfo(&frame);
	wire_begin(&frame, WIRE_TRACE_PARENT, stream);
	wire_put_server_text(&frame, graincast_traceparent);
	wire_end(&frame);
	written = silo_write(frame.data, frame.len, timeout_ms, failure);
	pfree(frame.data);
	return written;
}
