/* graincast.pin: see pin.h. */
#include "prelude.h"

#include "pin.h"
#include "catalog.h"
#include "lib/stringinfo.h"

#define PIN_BYTES_MAX (64 * 1024)

uint64		pin_changes;

static int
hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The next entry at *at: 1 with the entry, 0 at the end, -1 if malformed. */
static int
next_entry(const char **at, PinEntry *entry)
{
	const char *p = *at;

	if (*p == '\0')
		return 0;
	entry->name_hex = p;
	while (hex_digit(*p) >= 0)
		p++;
	entry->name_hex_bytes = p - entry->name_hex;
	if (entry->name_hex_bytes % 2 != 0 || *p++ != ':')
		return -1;
	entry->model_id = 0;
	for (int digits = 0; *p >= '0' && *p <= '9'; p++)
	{
		if (++digits > 18)
			return -1;
		entry->model_id = entry->model_id * 10 + (*p - '0');
	}
	if ((entry->model_id == 0 && entry->name_hex_bytes == 0) || *p++ != ':')
		return -1;
	for (int i = 0; i < 32; i++, p += 2)
	{
		if (hex_digit(p[0]) < 0 || hex_digit(p[1]) < 0)
			return -1;
		entry->sha256[i] = (uint8) (hex_digit(p[0]) << 4 | hex_digit(p[1]));
	}
	if (*p == ',' && p[1] != '\0')
		p++;
	else if (*p != '\0')
		return -1;
	*at = p;
	return 1;
}

bool
pin_check(char **value, void **extra, GucSource source)
{
	const char *at = *value;
	PinEntry	entry;
	int			result;

	if (at == NULL)
		return true;
	if (strlen(at) > PIN_BYTES_MAX)
	{
		GUC_check_errdetail("The value is longer than %d bytes.", PIN_BYTES_MAX);
		return false;
	}
	while ((result = next_entry(&at, &entry)) > 0)
		;
	if (result < 0)
		GUC_check_errdetail("pgml.train, pgml.deploy and what drops models write this setting; it is not to be set by hand.");
	return result == 0;
}

void
pin_assign(const char *value, void *extra)
{
	pin_changes++;
}

static char *
to_hex(const char *bytes, int count)
{
	char	   *hex = palloc(count * 2 + 1);

	hex[hex_encode(bytes, count, hex)] = '\0';
	return hex;
}

/* The last entry of a project counts. */
bool
pin_find_project(const char *name, PinEntry *out)
{
	const char *at = graincast_pin ? graincast_pin : "";
	bool		found = false;
	char	   *hex;
	PinEntry	entry;

	if (at[0] == '\0' || name[0] == '\0')
		return false;			/* entries without a name are those of dropped models */
	hex = to_hex(name, strlen(name));
	while (next_entry(&at, &entry) > 0)
	{
		if (entry.name_hex_bytes == strlen(hex) && memcmp(entry.name_hex, hex, entry.name_hex_bytes) == 0)
		{
			*out = entry;
			found = true;
		}
	}
	pfree(hex);
	return found;
}

bool
pin_find_model(int64 model_id, PinEntry *out)
{
	const char *at = graincast_pin ? graincast_pin : "";

	while (next_entry(&at, out) > 0)
	{
		if (out->model_id == model_id && model_id != 0)	/* 0 is what a dropped project has */
			return true;
	}
	return false;
}

static void
set_locally(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

/* As a SQL command, which Citus sends to the nodes of this transaction, also to those that join it later. The caller's own SET LOCALs stay as they were. */
static void
propagate(const char *value)
{
	static const char *const propagated = "citus.propagate_set_commands";
	char	   *before = pstrdup(GetConfigOption(propagated, false, false));

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	set_locally(propagated, "local");
	SPI_execute(psprintf("SET LOCAL graincast.pin = %s", quote_literal_cstr(value)), false, 0);
	set_locally(propagated, before);
	SPI_finish();
}

static bool
says_the_same(const PinEntry *entry, const char *name_hex, int64 model_id)
{
	if (entry->name_hex_bytes != strlen(name_hex) || memcmp(entry->name_hex, name_hex, entry->name_hex_bytes) != 0)
		return false;
	return entry->name_hex_bytes > 0 || entry->model_id == model_id;
}

/* For the rest of the transaction. An older entry of the project goes; the oldest others go when the list is full. */
void
pin_set(const char *project, int64 model_id, const uint8 sha256[32])
{
	StringInfoData added;
	StringInfoData value;
	const char *at = graincast_pin ? graincast_pin : "";
	char	   *hex = to_hex(project, strlen(project));
	PinEntry	entry;

	initStringInfo(&added);
	appendStringInfo(&added, "%s:" INT64_FORMAT ":%s", hex, model_id, to_hex((const char *) sha256, 32));
	if (added.len > PIN_BYTES_MAX / 2)
		return;					/* a name of 16 kB: only other nodes would miss it, until COMMIT */
	initStringInfo(&value);
	while (next_entry(&at, &entry) > 0)
	{
		int			bytes = (*at ? at - 1 : at) - entry.name_hex;

		if (says_the_same(&entry, hex, model_id))
			continue;
		if (strlen(at) + bytes + added.len + 2 > PIN_BYTES_MAX)
			continue;
		appendBinaryStringInfo(&value, entry.name_hex, bytes);
		appendStringInfoChar(&value, ',');
	}
	appendBinaryStringInfo(&value, added.data, added.len);

	if (catalog_is_distributed())
		propagate(value.data);
	else
		set_locally("graincast.pin", value.data);
}

void
pin_drop_project(const char *project)
{
	static const uint8 none[32];

	pin_set(project, 0, none);
}

void
pin_drop_model(int64 model_id)
{
	static const uint8 none[32];

	pin_set("", model_id, none);
}
