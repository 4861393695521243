/* Answers of inputs: by the kernel, or of scores that the silo sends for a model that the kernel does not score. */
#include "prelude.h"

#include "predict.h"
#include "silo.h"

#define CALL_ROWS 4096			/* sent to the silo at once, of a few bytes each */
#define CALL_BYTES (4 * 1024 * 1024)

/* rows × outputs scores of rows × inputs. */
static void
ask_silo(const Image *image, const float *inputs, uint32 rows, double *scores)
{
	const gc_model *model = &image->model;
	StringInfoData frame;
	WireReader	reply;

	initStringInfo(&frame);
	wire_begin(&frame, WIRE_SCORE_ROWS, silo_next_stream());
	wire_put_server_text(&frame, GetUserNameFromId(GetUserId(), false));
	appendBinaryStringInfo(&frame, (const char *) image->sha256, GC_SHA256_BYTES);
	wire_put_u32(&frame, rows * model->inputs);
	appendBinaryStringInfo(&frame, (const char *) inputs, sizeof(float) * rows * model->inputs);
	wire_end(&frame);
	reply = silo_call(&frame, WIRE_SCORES, graincast_timeout_ms, true);
	pfree(frame.data);
	if (wire_get_u32(&reply) != rows * model->outputs)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("%s sent scores of other rows than it was asked for", silo_label()),
				 errhint("Use the extension and the silo of the same Graincast release.")));
	wire_get_bytes(&reply, scores, sizeof(double) * rows * model->outputs);
	silo_replied(&reply);
}

float
predict_external(PredictSite *site, const float *inputs)
{
	ask_silo(site->image, inputs, 1, site->work);
	return gc_answer(&site->image->model, site->work);
}

/* One call, unless the rows are very many. */
static void
answer_by_silo(const Image *image, const float *inputs, int rows, float *out)
{
	const gc_model *model = &image->model;
	int			most = Min(CALL_ROWS, Max(CALL_BYTES / (sizeof(float) * model->inputs + sizeof(double) * model->outputs), 1));
	double	   *scores = palloc(sizeof(double) * Min(most, Max(rows, 1)) * model->outputs);

	for (int at = 0; at < rows; at += most)
	{
		int			count = Min(most, rows - at);

		CHECK_FOR_INTERRUPTS();
		ask_silo(image, inputs + (size_t) at * model->inputs, count, scores);
		for (int row = 0; row < count; row++)
			out[at + row] = gc_answer(model, scores + (size_t) row * model->outputs);
	}
	pfree(scores);
}

/* One answer a row, as predict_answer gives it. */
void
predict_answers(const Image *image, const float *inputs, int rows, float *out, void *work)
{
	const gc_model *model = &image->model;
	size_t		external_bytes;

	if (gc_external(model, &external_bytes) != NULL)
	{
		answer_by_silo(image, inputs, rows, out);
		return;
	}
	for (int at = 0; at < rows; at += PREDICT_BATCH_ROWS)
	{
		CHECK_FOR_INTERRUPTS();
		gc_predict_batch(model, inputs + (size_t) at * model->inputs, Min(PREDICT_BATCH_ROWS, rows - at), out + at, work);
	}
}

/* Of a classification: one a label. */
void
predict_probabilities(PredictSite *site, const float *inputs, float *out)
{
	if (!site->external)
	{
		gc_predict_proba(&site->image->model, inputs, out, site->work);
		return;
	}
	ask_silo(site->image, inputs, 1, site->work);
	gc_probabilities(&site->image->model, site->work, out);
}
