/* Models of trees as LightGBM's text: see modeltext.h. */
#include "prelude.h"

#include <math.h>

#include "modeltext.h"
#include "silo.h"

#define START "tree\nversion="
/* A frame has its length before it. */
#define TEXT_MAX_BYTES (WIRE_PAYLOAD_MAX_BYTES - sizeof(uint32))

static void
check_trees(int64 model_id, const gc_model *model)
{
	if (gc_tree_count(model) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("model " INT64_FORMAT " has no trees that LightGBM's text could say", model_id),
				 errhint("Export lightgbm, xgboost, catboost or a forest; or the image: pgml.export_model(" INT64_FORMAT ").", model_id)));
	if (model->answers > 1)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("model " INT64_FORMAT " has %u labels, LightGBM's text has one", model_id, model->answers),
				 errhint("Train each label alone, or export the image: pgml.export_model(" INT64_FORMAT ").", model_id)));
	if (gc_is_prepared(model))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("model " INT64_FORMAT " fills, encodes or scales its columns, which LightGBM's text cannot say", model_id),
				 errhint("Train on a view whose columns are numbers already, without preprocess.")));
}

/* Before each of a line's values. */
static void
put_blank(StringInfo text)
{
	if (text->data[text->len - 1] != '=')
		appendStringInfoChar(text, ' ');
}

/* A number of an array column has its place behind the name. Blanks part the names, and LightGBM refuses what JSON would have to escape. */
static void
put_name(StringInfo text, const gc_column *column, uint32_t place)
{
	put_blank(text);
	for (uint32_t i = 0; i < column->name_bytes; i++)
	{
		unsigned char c = column->name[i];

		appendStringInfoChar(text, c <= ' ' || c == 0x7f || strchr("\",:[]{}=", c) != NULL ? '_' : c);
	}
	if (column->width > 1)
		appendStringInfo(text, "_%u", place);
}

static void
put_head(StringInfo text, const gc_model *model)
{
	appendStringInfo(text, START "v4\nnum_class=%u\nnum_tree_per_iteration=%u\nlabel_index=0\nmax_feature_idx=%u\n",
					 model->outputs, model->outputs, model->features - 1);
	/* Without an objective an answer is the raw score: the share of a label among a forest's leaves. */
	if (model->link == GC_IDENTITY)
		appendStringInfoString(text, "objective=regression\n");
	else if (model->link == GC_LOGISTIC)
		appendStringInfoString(text, "objective=binary sigmoid:1\n");
	else if (model->link == GC_SOFTMAX)
		appendStringInfo(text, "objective=multiclass num_class:%u\n", model->outputs);
	appendStringInfoString(text, "feature_names=");
	for (uint32_t i = 0; i < model->columns; i++)
	{
		gc_column	column;

		gc_column_at(model, i, &column);
		for (uint32_t place = 0; place < column.width; place++)
			put_name(text, &column, place);
	}
	appendStringInfoString(text, "\nfeature_infos=");
	for (uint32_t i = 0; i < model->features; i++)
		appendStringInfoString(text, i > 0 ? " none" : "none");
	appendStringInfoString(text, "\n\n");
}

static void
put_double(StringInfo text, double number)
{
	put_blank(text);
	if (isinf(number))
		appendStringInfoString(text, number > 0 ? "inf" : "-inf");
	else
		appendStringInfo(text, "%.17g", number);
}

/* Line by line what every split says. */
static void
put_splits(StringInfo text, const gc_model *model, const gc_tree *tree)
{
	static const char *const lines[] = {"split_feature=", "threshold=", "decision_type=", "left_child=", "right_child="};

	for (int line = 0; line < lengthof(lines); line++)
	{
		appendStringInfoString(text, lines[line]);
		for (uint32_t i = 0; i < tree->splits; i++)
		{
			gc_split	split;

			CHECK_FOR_INTERRUPTS();
			gc_split_at(model, tree, i, &split);
			if (line == 1)
				put_double(text, split.threshold);
			else
			{
				put_blank(text);
				appendStringInfo(text, "%d", line == 0 ? (int) split.feature : line == 2 ? (int) (split.missing << 2 | split.default_left << 1)
								 : line == 3 ? split.left : split.right);
			}
		}
		appendStringInfoChar(text, '\n');
	}
}

/* LightGBM knows no score to start from: the first tree of each output has it in its leaves. A tree that is NULL adds nothing. */
static void
put_tree(StringInfo text, const gc_model *model, const gc_tree *tree, uint32_t number)
{
	double		start = number < model->outputs ? gc_base_at(model, number) : 0;

	appendStringInfo(text, "Tree=%u\nnum_leaves=%u\nnum_cat=0\n", number, tree ? tree->splits + 1 : 1);
	if (tree && tree->splits > 0)
		put_splits(text, model, tree);
	appendStringInfoString(text, "leaf_value=");
	for (uint32_t leaf = 0; leaf <= (tree ? tree->splits : 0); leaf++)
		put_double(text, start + (tree ? gc_leaf_at(model, tree, leaf) : 0));
	appendStringInfoString(text, "\nis_linear=0\nshrinkage=1\n\n\n");
}

/* From this one on the first tree of an output; the number of trees: there is none. */
static uint32_t
find_tree(const gc_model *model, uint32_t from, uint32_t output, gc_tree *tree)
{
	for (; from < gc_tree_count(model); from++)
	{
		gc_tree_at(model, from, tree);
		if (tree->output == output)
			break;
	}
	return from;
}

/* In LightGBM's text outputs take turns, in an image each tree says which it adds to. */
static void
put_trees(StringInfo text, const gc_model *model)
{
	uint32_t	trees = gc_tree_count(model);
	uint32_t   *next = palloc(sizeof(uint32_t) * model->outputs);
	uint32_t	number = 0;
	gc_tree		tree;

	for (uint32_t output = 0; output < model->outputs; output++)
	{
		CHECK_FOR_INTERRUPTS();
		next[output] = find_tree(model, 0, output, &tree);
	}
	for (bool more = true; more;)
	{
		more = false;
		for (uint32_t output = 0; output < model->outputs; output++)
		{
			bool		found = next[output] < trees;

			CHECK_FOR_INTERRUPTS();
			if (found)
				gc_tree_at(model, next[output], &tree);
			put_tree(text, model, found ? &tree : NULL, number++);
			if (found)
				next[output] = find_tree(model, next[output] + 1, output, &(gc_tree) {0});
			more |= next[output] < trees;
		}
	}
	appendStringInfoString(text, "end of trees\n");
}

bytea *
modeltext_write(int64 model_id, const gc_model *model)
{
	StringInfoData text;

	check_trees(model_id, model);
	initStringInfo(&text);
	appendStringInfoSpaces(&text, VARHDRSZ);
	put_head(&text, model);
	put_trees(&text, model);
	SET_VARSIZE(text.data, text.len);
	return (bytea *) text.data;
}

static bool
begins_with(const char *bytes, size_t count, const char *start)
{
	return count >= strlen(start) && memcmp(bytes, start, strlen(start)) == 0;
}

/* Written on Windows its lines end in CR LF. */
bool
modeltext_is(const char *bytes, size_t count)
{
	return begins_with(bytes, count, START) || begins_with(bytes, count, "tree\r\n");
}

/* The image of a text. */
void *
modeltext_read(const char *text, size_t count, size_t *size_bytes)
{
	StringInfoData frame;

	if (count > TEXT_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the model's text has %zu bytes, the limit is %zu", count, TEXT_MAX_BYTES),
				 errhint("Save fewer trees: save_model's num_iteration.")));
	initStringInfo(&frame);
	wire_begin(&frame, WIRE_READ_MODEL_TEXT, silo_next_stream());
	wire_put_str(&frame, text, (int) count);
	wire_end(&frame);
	return silo_make_image(&frame, size_bytes);
}
