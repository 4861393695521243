/*
 * The backend's one connection to the silo beside it: opened on first need, kept, closed when its state is not known any more.
 */
#ifndef GRAINCAST_SILO_H
#define GRAINCAST_SILO_H

#include "wire.h"

/* Why a call has no answer: what the silo said, or what happened to the connection. */
typedef struct SiloFailure
{
	int			sqlstate;
	bool		answered;		/* the silo itself sent this */
	bool		timed_out;
	const char *message;
	const char *detail;			/* or NULL */
	const char *hint;			/* or NULL */
} SiloFailure;

/* silo.c: the connection */
extern bool silo_try_connect(SiloFailure *failure);
extern void silo_connect(void);
extern uint32 silo_epoch(void);
extern uint32 silo_next_stream(void);
extern void silo_close(void);
extern void silo_at_abort(void);
extern bool silo_is_owner(uid_t uid);
extern void silo_cancel_run(uint64 run);
extern void silo_start_run(uint64 run, uint64 rows);

/* silosocket.c: bytes over it */
typedef struct SiloConnection
{
	int			fd;				/* -1: not connected */
	WaitEventSet *events;
	uint32		waiting_for;	/* what the socket's entry of events is set to */
	bool		dirty;			/* a frame or a reply is under way: after an error the bytes that follow mean nothing */
	uint32		epoch;			/* counts connections; feeds and runs belong to one */
	uint32		last_stream;
	int			descriptor;		/* came with a frame and was not taken yet, or -1 */
	char	   *path;
	char		node[NAMEDATALEN];	/* whose silo it is, cut off when longer; empty until the silo has said welcome */
} SiloConnection;

extern SiloConnection silo;
extern const char *silo_label(void);
extern TimestampTz silo_deadline(int timeout_ms);
extern bool silo_wait(uint32 events, TimestampTz deadline);
extern bool silo_write(const char *bytes, size_t count, int timeout_ms, SiloFailure *failure);
extern bool silo_timed_out(SiloFailure *failure, const char *what, int timeout_ms);
extern bool silo_lost(SiloFailure *failure, int error);
extern bool silo_read_frame(int timeout_ms, WireHeader *header, WireReader *payload, bool *any, SiloFailure *failure);

/* silotrace.c: the trace that calls belong to */
extern bool silo_trace_check(char **value, void **extra, GucSource source);
extern bool silo_write_trace(uint32 stream, int timeout_ms, SiloFailure *failure);

/* silocall.c: calls */
extern bool silo_try_call(StringInfo frame, WireKind expect, int timeout_ms, bool idempotent, WireReader *reply, SiloFailure *failure);
extern WireReader silo_call(StringInfo frame, WireKind expect, int timeout_ms, bool idempotent);
extern void *silo_make_image(StringInfo frame, size_t *size_bytes);
extern void silo_replied(WireReader *reply);
extern void silo_post(StringInfo frame);
extern int	silo_take_descriptor(void);
extern void silo_hear_last_words(SiloFailure *failure);
extern void silo_raise(const SiloFailure *failure) pg_attribute_noreturn();

#endif
