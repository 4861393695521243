/* From raw scores to an answer: links, labels, nearest centroid. */
#include "score_image.h"

#include <math.h>

/* The first of the largest of sign · scores, or -1 when a score is NaN: no answer is better than a wrong one. */
static int64_t
first_best(const double *scores, uint32_t count, double sign)
{
	uint32_t best = 0;

	for (uint32_t i = 0; i < count; i++)
	{
		if (isnan(scores[i]))
			return -1;
		if (sign * scores[i] > sign * scores[best])
			best = i;
	}
	return best;
}

static int64_t
best_label(const gc_model *model, const double *scores)
{
	if (model->outputs > 1)
		return first_best(scores, model->outputs, 1);
	if (isnan(scores[0]))
		return -1;
	return scores[0] > (model->link == GC_SHARE ? 0.5 : 0.0);
}

float
gc_answer(const gc_model *model, const double *scores)
{
	const gc_label_record *labels = model->section[GC_SECTION_LABELS];
	int64_t best;

	switch (model->task)
	{
		case GC_REGRESSION:
			/* Which of two NaNs an addition keeps is the processor's choice; answers must not show it. */
			return isnan(scores[0]) ? NAN : (float) scores[0];
		case GC_CLASSIFICATION:
			best = best_label(model, scores);
			return best < 0 ? NAN : (float) labels[best].value;
		case GC_CLUSTERING:
			best = first_best(scores, model->outputs, -1);
			return best < 0 ? NAN : (float) best;
		default:
			return NAN;
	}
}

static void
softmax(const double *scores, uint32_t count, float *out)
{
	double largest = scores[0];
	double sum = 0;

	/* The largest is taken off so that exp cannot overflow. */
	for (uint32_t i = 1; i < count; i++)
		if (scores[i] > largest)
			largest = scores[i];
	for (uint32_t i = 0; i < count; i++)
		sum += exp(scores[i] - largest);
	for (uint32_t i = 0; i < count; i++)
		out[i] = (float) (exp(scores[i] - largest) / sum);
}

/* A NaN must stay one: so `< 0`, not fmax. */
static double
share_of(double score)
{
	return score < 0 ? 0 : score;
}

static void
shares(const double *scores, uint32_t count, float *out)
{
	double sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum += share_of(scores[i]);
	for (uint32_t i = 0; i < count; i++)
		out[i] = sum == 0 ? (float) (1.0 / count) : (float) (share_of(scores[i]) / sum);
}

void
gc_probabilities(const gc_model *model, const double *scores, float *out)
{
	if (model->task != GC_CLASSIFICATION)
		return;
	if (model->link == GC_SOFTMAX)
		softmax(scores, model->outputs, out);
	else if (model->link == GC_LOGISTIC)
	{
		out[0] = (float) (1 / (1 + exp(scores[0])));
		out[1] = (float) (1 / (1 + exp(-scores[0])));
	}
	else if (model->outputs > 1)
		shares(scores, model->outputs, out);
	else
	{
		double second = scores[0] > 1 ? 1 : share_of(scores[0]);

		out[0] = (float) (1 - second);
		out[1] = (float) second;
	}
}
