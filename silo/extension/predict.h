/*
 * A call site of predict, predict_joint, predict_label, predict_proba, predict_batch, decompose or explain: what it resolved, kept in fn_extra.
 */
#ifndef GRAINCAST_PREDICT_H
#define GRAINCAST_PREDICT_H

#include "inputs.h"
#include "modelcache.h"
#include "resolve.h"

typedef struct RowMap RowMap;
typedef struct LabelMap LabelMap;

/* What the anyelement argument is. */
typedef enum RowForm
{
	ROW_UNKNOWN,				/* not looked at yet */
	ROW_FIELDS,
	ROW_TEXTS
} RowForm;

typedef struct PredictSite
{
	/* What it was resolved for: all must be the same for the next call. */
	char	   *project;		/* NULL: by id */
	int			project_bytes;
	int64		model_id;
	SnapshotIdentity snapshot;
	uint64		pin_changes;
	uint64		evictions;
	Oid			user;

	/* What it resolved to. */
	MemoryContext context;
	Image	   *image;
	InputSchema schema;
	void	   *work;
	bool		external;		/* scored by the silo: scores.c */
	RowForm		row_form;
	RowMap	   *map;			/* predictrow.c */
	LabelMap   *labels;			/* predictlabel.c */
	ArrayType  *names;			/* explain.c */
} PredictSite;

#define PREDICT_BATCH_ROWS 1024	/* scored between two looks at a cancel */

extern PredictSite *predict_site(FunctionCallInfo fcinfo, bool by_id);
/* Raises 0A000 for a model that has no predictions. */
extern void predict_check_model(const gc_model *model);

/* predictrow.c: features from rows */
extern const float *predict_row_inputs(PredictSite *site, FunctionCallInfo fcinfo);
/* Where rows of this form have the model's columns. Raises 22023 for one that is missing, 42804 for one of a wrong type. */
extern RowMap *rowmap_create(const InputSchema *schema, TupleDesc row);
/* A row's values, in the order of its form, become schema->inputs. */
extern void rowmap_read(const RowMap *map, const InputSchema *schema, const Datum *values, const bool *nulls);

/* scores.c: answers of inputs, wherever they are scored */
extern float predict_external(PredictSite *site, const float *inputs);
extern void predict_answers(const Image *image, const float *inputs, int rows, float *out, void *work);
extern void predict_probabilities(PredictSite *site, const float *inputs, float *out);

static inline float
predict_answer(PredictSite *site, const float *inputs)
{
	return likely(!site->external) ? gc_predict(&site->image->model, inputs, site->work) : predict_external(site, inputs);
}

#endif
