/* The kernel's calls on an open model. Work memory: scores of a block, then one row's features, then views of a block. */
#include "score_image.h"

#include <math.h>

/* Fixed lanes: the order of the additions is the source's, not the compiler's. */
#define GC_SUM_LANES 8

static inline double
sum_lanes(const double lane[GC_SUM_LANES])
{
	return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static double
dot(const double *weights, const float *features, uint32_t count)
{
	double lane[GC_SUM_LANES] = {0};
	uint32_t whole = count / GC_SUM_LANES * GC_SUM_LANES;

	for (uint32_t i = 0; i < whole; i += GC_SUM_LANES)
		for (uint32_t l = 0; l < GC_SUM_LANES; l++)
			lane[l] += weights[i + l] * (double) features[i + l];
	for (uint32_t i = whole; i < count; i++)
		lane[i - whole] += weights[i] * (double) features[i];
	return sum_lanes(lane);
}

static double
centered_dot(const double *weights, const double *mean, const float *features, uint32_t count)
{
	double lane[GC_SUM_LANES] = {0};
	uint32_t whole = count / GC_SUM_LANES * GC_SUM_LANES;

	for (uint32_t i = 0; i < whole; i += GC_SUM_LANES)
		for (uint32_t l = 0; l < GC_SUM_LANES; l++)
			lane[l] += weights[i + l] * ((double) features[i + l] - mean[i + l]);
	for (uint32_t i = whole; i < count; i++)
		lane[i - whole] += weights[i] * ((double) features[i] - mean[i]);
	return sum_lanes(lane);
}

static double
squared_distance(const double *center, const float *features, uint32_t count)
{
	double lane[GC_SUM_LANES] = {0};
	uint32_t whole = count / GC_SUM_LANES * GC_SUM_LANES;

	for (uint32_t i = 0; i < whole; i += GC_SUM_LANES)
		for (uint32_t l = 0; l < GC_SUM_LANES; l++)
		{
			double difference = (double) features[i + l] - center[i + l];

			lane[l] += difference * difference;
		}
	for (uint32_t i = whole; i < count; i++)
	{
		double difference = (double) features[i] - center[i];

		lane[i - whole] += difference * difference;
	}
	return sum_lanes(lane);
}

static size_t
block_rows(const gc_model *model)
{
	return model->learner == GC_TREES ? gc_tree_block_rows(model) : 1;
}

static size_t
scores_bytes(const gc_model *model)
{
	return block_rows(model) * model->outputs * sizeof(double);
}

static size_t
features_bytes(const gc_model *model)
{
	return (gc_header_of(model)->flags & GC_FLAG_PREPARE) != 0 ? model->features * sizeof(float) : 0;
}

static float *
work_features(const gc_model *model, void *work)
{
	return (float *) (void *) ((char *) work + scores_bytes(model));
}

static float *
work_views(const gc_model *model, void *work)
{
	return (float *) (void *) ((char *) work + scores_bytes(model) + features_bytes(model));
}

size_t
gc_work_bytes(const gc_model *model)
{
	size_t views = block_rows(model) * gc_view_count(model);
	size_t size_bytes = scores_bytes(model) + features_bytes(model) + (views < GC_ROW_VIEWS ? GC_ROW_VIEWS : views) * sizeof(float);
	size_t joint_bytes = gc_joint_work_bytes(model);

	return size_bytes > joint_bytes ? size_bytes : joint_bytes;
}

static void
score_row(const gc_model *model, const float *inputs, double *scores, void *work)
{
	const double *numbers = model->section[GC_SECTION_NUMBERS];
	const float *features = gc_prepare(model, inputs, work_features(model, work));
	uint32_t count = model->features;

	if (model->learner == GC_TREES)
	{
		gc_tree_scores(model, features, scores, work_views(model, work));
		return;
	}
	for (uint32_t k = 0; k < model->outputs; k++)
	{
		const double *row = numbers + (size_t) k * count;

		if (model->learner == GC_LINEAR)
			scores[k] = numbers[(size_t) model->outputs * count + k] + dot(row, features, count);
		else if (model->learner == GC_CENTROIDS)
			scores[k] = squared_distance(row, features, count);
		else if (model->learner == GC_EXTERNAL)
			scores[k] = NAN;
		else
			scores[k] = centered_dot(row + count, numbers, features, count);
	}
}

float
gc_predict(const gc_model *model, const float *inputs, void *work)
{
	double *scores = work;

	score_row(model, inputs, scores, work);
	return gc_answer(model, scores);
}

void
gc_predict_batch(const gc_model *model, const float *inputs, size_t rows, float *out, void *work)
{
	size_t most_rows = block_rows(model);
	double *scores = work;

	while (most_rows >= GC_GROUP && rows >= GC_GROUP)
	{
		size_t block = rows < most_rows ? rows / GC_GROUP * GC_GROUP : most_rows;
		float *views = work_views(model, work);

		for (size_t row = 0; row < block; row++)
		{
			const float *features = gc_prepare(model, inputs + row * model->inputs, work_features(model, work));

			gc_tree_views(model, features, views, row);
		}
		gc_tree_block_scores(model, views, block, scores);
		for (size_t row = 0; row < block; row++)
			out[row] = gc_answer(model, scores + row * model->outputs);
		inputs += block * model->inputs;
		out += block;
		rows -= block;
	}
	for (size_t row = 0; row < rows; row++)
		out[row] = gc_predict(model, inputs + row * model->inputs, work);
}

void
gc_predict_proba(const gc_model *model, const float *inputs, float *out, void *work)
{
	double *scores = work;

	score_row(model, inputs, scores, work);
	gc_probabilities(model, scores, out);
}

void
gc_scores(const gc_model *model, const float *inputs, double *out, void *work)
{
	score_row(model, inputs, out, work);
}
