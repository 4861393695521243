/* Tokens: see token.h. */
#include "prelude.h"

#include "silo.h"
#include "token.h"

#define VALID_MS_MIN INT64CONST(1000)
#define VALID_MS_MAX (INT64CONST(24) * 60 * 60 * 1000)
#define MS_A_DAY (INT64CONST(24) * 60 * 60 * 1000)
#define TOKEN_BYTES_MAX 4096

PG_FUNCTION_INFO_V1(graincast_client_token);

/* How long a month is, nobody knows; it is too long anyway. */
static uint32
valid_ms(const Interval *valid_for)
{
	int64		ms = valid_for->day * MS_A_DAY + valid_for->time / 1000;

	if (valid_for->month != 0 || ms < VALID_MS_MIN || ms > VALID_MS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a token cannot be valid for %s", DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(valid_for)))),
				 errhint("Give valid_for an interval from 1 second to 1 day.")));
	return (uint32) ms;
}

Datum
graincast_client_token(PG_FUNCTION_ARGS)
{
	StringInfoData frame;
	WireReader	reply;
	uint32		ms;
	char	   *token;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("valid_for of pgml.client_token must not be NULL"),
				 errhint("Leave it out for its default, or give an interval from 1 second to 1 day.")));
	ms = valid_ms(PG_GETARG_INTERVAL_P(0));
	initStringInfo(&frame);
	wire_begin(&frame, WIRE_ISSUE_TOKEN, silo_next_stream());
	wire_put_server_text(&frame, GetUserNameFromId(GetUserId(), false));
	wire_put_u32(&frame, ms);
	wire_end(&frame);
	reply = silo_call(&frame, WIRE_TOKEN_ISSUED, graincast_timeout_ms, true);
	token = wire_get_server_text(&reply);
	silo_replied(&reply);
	PG_RETURN_TEXT_P(cstring_to_text(token));
}

static Oid
find_role(const char *name)
{
	/* A longer name would be looked up cut off, and find somebody else. */
	Oid			role = strlen(name) < NAMEDATALEN ? get_role_oid(name, true) : InvalidOid;

	if (!OidIsValid(role))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("role \"%s\", which the client's token names, does not exist", name),
				 errhint("Get a new token in SQL: SELECT pgml.client_token().")));
	return role;
}

/*
 * Whom this session acts for: false = for its own role. True needs graincast.on_behalf_of to hold a token that the silo made for this very backend. Anyone may
 * set that; the silo refuses (28000) everything else, clients' tokens too.
 */
bool
token_names_role(Oid *role)
{
	StringInfoData frame;
	WireReader	reply;
	char	   *name;

	if (graincast_on_behalf_of == NULL || graincast_on_behalf_of[0] == '\0')
		return false;
	if (strlen(graincast_on_behalf_of) > TOKEN_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("graincast.on_behalf_of is no token"),
				 errhint("The silo sets it: RESET graincast.on_behalf_of.")));
	initStringInfo(&frame);
	wire_begin(&frame, WIRE_VERIFY_TOKEN, silo_next_stream());
	wire_put_server_text(&frame, graincast_on_behalf_of);
	wire_end(&frame);
	reply = silo_call(&frame, WIRE_TOKEN_VERIFIED, graincast_timeout_ms, true);
	name = wire_get_server_text(&reply);
	silo_replied(&reply);
	*role = find_role(name);
	return true;
}
