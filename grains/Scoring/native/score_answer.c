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

/* How many of its pairs a label wins; NaN when the score of one of them is. A score above 0 is the second's of a pair. */
static double
votes_of(const gc_model *model, const double *scores, uint32_t label)
{
	const double *pair = scores + label;
	double votes = 0;

	for (uint32_t first = 0; first < label; first++)
	{
		/* The pairs of one first label lie together, one fewer for each. */
		votes += isnan(pair[-1]) ? NAN : pair[-1] > 0;
		pair += model->labels - first - 2;
	}
	for (uint32_t second = label + 1; second < model->labels; second++, pair++)
		votes += isnan(*pair) ? NAN : !(*pair > 0);
	return votes;
}

static int64_t
most_votes(const gc_model *model, const double *scores)
{
	int64_t best = -1;
	double most = -1;

	for (uint32_t i = 0; i < model->labels; i++)
	{
		double votes = votes_of(model, scores, i);

		if (isnan(votes))
			return -1;
		if (votes > most)
		{
			best = i;
			most = votes;
		}
	}
	return best;
}

static int64_t
best_label(const gc_model *model, const double *scores)
{
	if (model->link == GC_VOTES)
		return most_votes(model, scores);
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
	if (model->link == GC_VOTES)
		for (uint32_t i = 0; i < model->labels; i++)
			out[i] = (float) (votes_of(model, scores, i) / model->outputs);
	else if (model->link == GC_SOFTMAX)
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
