/*
 * graincast.pin: which models answer within the transaction that trained or deployed them, and what it dropped, for the backends of other nodes that do not
 * see its rows yet. The value is a list of "<project name, hex>:<model id>:<sha256, hex>", separated by commas; a dropped project has the model 0, a dropped
 * model no name, both a hash of zeros. A pin gives no rights: see resolve.c.
 */
#ifndef GRAINCAST_PIN_H
#define GRAINCAST_PIN_H

#include "prelude.h"

typedef struct PinEntry
{
	const char *name_hex;
	int			name_hex_bytes; /* 0: this model was dropped */
	int64		model_id;		/* 0: this project was dropped */
	uint8		sha256[32];
} PinEntry;

extern uint64 pin_changes;		/* counts assignments: a call site looks again when it differs */
extern bool pin_check(char **value, void **extra, GucSource source);
extern void pin_assign(const char *value, void *extra);
extern bool pin_find_project(const char *name, PinEntry *out);
extern bool pin_find_model(int64 model_id, PinEntry *out);
extern void pin_set(const char *project, int64 model_id, const uint8 sha256[32]);
extern void pin_drop_project(const char *project);
extern void pin_drop_model(int64 model_id);

#endif
