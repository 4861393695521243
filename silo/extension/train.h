/*
 * pgml.train: what it was asked, what it trains on, what came back.
 */
#ifndef GRAINCAST_TRAIN_H
#define GRAINCAST_TRAIN_H

#include "column.h"
#include "image.h"
#include "prelude.h"

/* The call's arguments, completed from the project and its last snapshot. Texts are in the database's encoding. */
typedef struct TrainRequest
{
	char	   *project;
	char	   *task;			/* NULL: the project's */
	char	   *relation;		/* NULL: the last snapshot's */
	List	   *labels;			/* of char *, learnt together; NIL: none */
	char	   *algorithm;
	char	   *hyperparams;
	char	   *search;			/* NULL: none */
	char	   *search_params;
	char	   *search_args;
	float4		test_size;
	char	   *sampling;
	bool		automatic_deploy;
	char	   *preprocess;
	List	   *exclude;		/* of char *: columns that are no features */
	char	   *weight;			/* the column of rows' weights; NULL: none, or the last snapshot's if relation is */
	bool		exists;			/* the project, when the call began */
	bool		reused;			/* relation is the last snapshot's */
	char	   *trained_by_others;	/* the project's owner, when it lets others train; else NULL */
	bool		has_exclude;	/* false: the last snapshot's, if relation is */
	Oid			caller;			/* whose run it is */
	char	   *caller_name;
	bool		for_client;		/* a session of the silo, for the role that a client's token names */
	Oid			owner;			/* whose project it must be, and who reads the relation: that role, else the caller */
	char	   *owner_name;
	int64		snapshot_id;	/* 0: not written yet */
} TrainRequest;

typedef struct TrainColumn
{
	char	   *name;
	char	   *type_name;
	int			position;		/* in the relation */
	WireColumn	wire;
	bool		label;
	bool		weight;
} TrainColumn;

typedef struct TrainRelation
{
	Oid			relation;
	char	   *qualified;		/* quoted */
	int			count;
	TrainColumn *columns;
} TrainRelation;

typedef struct TrainResult
{
	int64		run;
	uint32		epoch;			/* of the connection that began it */
	int64		seed;
	TimestampTz started;
	uint8		sha256[WIRE_SHA256_BYTES];
	uint64		image_bytes;
	uint32		features;
	uint64		rows;
	uint32		nodes;
	char	   *hyperparams;
	char	   *metrics;
} TrainResult;

/* train.c */
extern void train_prepare(FunctionCallInfo fcinfo, TrainRequest *request, TrainRelation *relation, bool joint);
extern uint64 train_feed(const TrainRequest *request, const TrainRelation *relation, TrainResult *result);
extern void train_check_connection(uint32 epoch);
extern void train_read_fitted(WireReader *reply, TrainResult *result);

/* trainarguments.c */
extern void train_read_arguments(FunctionCallInfo fcinfo, TrainRequest *request, bool joint);
extern void train_check_arguments(TrainRequest *request, bool exists);

/* trainrelation.c */
extern Oid	train_find_relation(const char *name);
extern void train_describe(const TrainRequest *request, TrainRelation *out);
extern void train_check_readable(const TrainRequest *request, const TrainRelation *relation);
extern void train_check_trusted(const TrainRequest *request, const TrainRelation *relation);
extern void train_check_select(const TrainRelation *relation, Oid role);
extern char *train_query(const TrainRelation *relation, int64 run);

/* trainwrite.c */
extern bool train_complete(TrainRequest *request);
extern int64 train_add_snapshot(const TrainRequest *request, const TrainRelation *relation);
extern int64 train_import(const TrainRequest *request, const TrainResult *result, const Image *image);
extern bool train_write(const TrainRequest *request, const TrainRelation *relation, const TrainResult *result, int64 *model_id);

#endif
