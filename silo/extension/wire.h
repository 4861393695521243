/*
 * Frames of contracts/Wire/PROTOCOL.md: building them, and reading them with every length checked.
 */
#ifndef GRAINCAST_WIRE_H
#define GRAINCAST_WIRE_H

#include "prelude.h"
#include "lib/stringinfo.h"

#define WIRE_VERSION_MIN 1
#define WIRE_VERSION_MAX 1
#define WIRE_HEADER_BYTES 12
#define WIRE_PAYLOAD_MAX_BYTES (64 * 1024 * 1024)
#define WIRE_SHA256_BYTES 32

typedef enum WireKind
{
	WIRE_HELLO = 1,
	WIRE_BEGIN_RUN = 2,
	WIRE_BEGIN_FEED = 3,
	WIRE_ROWS = 4,
	WIRE_END_FEED = 5,
	WIRE_FIT = 6,
	WIRE_OPEN = 7,
	WIRE_CANCEL = 8,
	WIRE_LIST_RUNS = 9,
	WIRE_CHECK = 10,
	WIRE_PREDICT_BY_KEY = 11,
	WIRE_ISSUE_TOKEN = 12,
	WIRE_VERIFY_TOKEN = 13,
	WIRE_START_RUN = 14,
	WIRE_END_RUN = 15,
	WIRE_COLLECT_RUN = 16,
	WIRE_READ_MODEL_TEXT = 17,
	WIRE_READ_ONNX = 18,
	WIRE_SCORE_ROWS = 19,
	WIRE_TRACE_PARENT = 23,

	WIRE_WELCOME = 128,
	WIRE_RUN_BEGUN = 129,
	WIRE_ACKNOWLEDGED = 130,
	WIRE_PROGRESS = 131,
	WIRE_FITTED = 132,
	WIRE_OPENED = 133,
	WIRE_ERROR = 134,
	WIRE_RUN_LIST = 135,
	WIRE_PREDICTED = 136,
	WIRE_TOKEN_ISSUED = 137,
	WIRE_TOKEN_VERIFIED = 138,
	WIRE_RUN_ENDED = 139,
	WIRE_IMAGE_MADE = 140,
	WIRE_SCORES = 141
} WireKind;

typedef enum WireType
{
	WIRE_F32 = 1,
	WIRE_F64 = 2,
	WIRE_TEXT = 3,
	WIRE_BOOL = 4
} WireType;

typedef enum WireRole
{
	WIRE_FEATURE = 0,
	WIRE_LABEL = 1,
	WIRE_WEIGHT = 2
} WireRole;

/* Building: begin, the parts, end. A buffer holds one frame. */
extern void wire_begin(StringInfo frame, WireKind kind, uint32 stream);
extern void wire_end(StringInfo frame);
extern void wire_put_str(StringInfo frame, const char *text, int bytes);
extern void wire_put_server_text(StringInfo frame, const char *text);

#define wire_put(frame, value) appendBinaryStringInfo((frame), (const char *) &(value), sizeof(value))

static inline void
wire_put_u8(StringInfo frame, uint8 value)
{
	wire_put(frame, value);
}

static inline void
wire_put_u16(StringInfo frame, uint16 value)
{
	wire_put(frame, value);
}

static inline void
wire_put_u32(StringInfo frame, uint32 value)
{
	wire_put(frame, value);
}

static inline void
wire_put_u64(StringInfo frame, uint64 value)
{
	wire_put(frame, value);
}

static inline void
wire_put_f32(StringInfo frame, float4 value)
{
	wire_put(frame, value);
}

/* Reading: each getter raises 08P01 when the payload is too short, wire_done when something is left over. */
typedef struct WireReader
{
	const char *at;
	size_t		left;
} WireReader;

typedef struct WireHeader
{
	uint32		payload_bytes;
	uint8		kind;
	uint8		flags;
	uint16		zero;
	uint32		stream;
} WireHeader;

extern WireHeader wire_header(const char bytes[WIRE_HEADER_BYTES]);
extern uint8 wire_get_u8(WireReader *reader);
extern uint16 wire_get_u16(WireReader *reader);
extern uint32 wire_get_u32(WireReader *reader);
extern uint64 wire_get_u64(WireReader *reader);
extern void wire_get_bytes(WireReader *reader, void *out, size_t bytes);
extern char *wire_get_server_text(WireReader *reader);
extern void wire_done(WireReader *reader);

#endif
