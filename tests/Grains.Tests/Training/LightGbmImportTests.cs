using System.Text;
using Graincast.Scoring;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class LightGbmImportTests(ITestOutputHelper output)
{
    private const int Rows = 400;
    private const int Columns = 4;
    private const int Outputs = 3;

    private const string Small = """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        label_index=0
        max_feature_idx=1
        objective=regression
        feature_names=width höhe
        feature_infos=none none

        Tree=0
        num_leaves=3
        num_cat=0
        split_feature=1 0
        split_gain=3 1
        threshold=0.1 inf
        decision_type=10 2
        left_child=1 -1
        right_child=-2 -3
        leaf_value=1 2 4
        leaf_count=5 6 7
        is_linear=0
        shrinkage=1


        end of trees
        """;

    [Theory]
    [InlineData("objective=regression")]
    [InlineData("objective=regression_l1")]
    [InlineData("objective=huber")]
    [InlineData("objective=fair")]
    [InlineData("objective=quantile alpha=0.3")]
    [InlineData("objective=mape")]
    [InlineData("objective=regression zero_as_missing=true")]
    [InlineData("objective=regression use_missing=false")]
    [InlineData("objective=regression boosting=dart")]
    [InlineData("objective=regression boosting=rf bagging_freq=1 bagging_fraction=0.6")]
    [InlineData("objective=regression min_data_in_leaf=1000")]
    [InlineData("objective=binary")]
    [InlineData("objective=binary sigmoid=0.7")]
    [InlineData("objective=binary boosting=rf bagging_freq=1 bagging_fraction=0.6")]
    [InlineData("objective=multiclass num_class=3")]
    [InlineData("objective=multiclass num_class=3 zero_as_missing=true")]
    public void An_imported_model_scores_as_LightGBM_does(string parameters)
    {
        var text = Grow(parameters);
        var outputs = parameters.Contains("multiclass", StringComparison.Ordinal) ? Outputs : 1;
        var rows = Features(new Random(5));
        var expected = LightGbmSession.Predict(text, rows, Rows, outputs);

        using var model = ScoringModel.Open(Import(text));

        var scores = new double[outputs];
        for (var row = 0; row < Rows; row++)
        {
            model.Scores(rows.AsSpan(row * Columns, Columns), scores);
            Answer(scores, parameters);
            for (var k = 0; k < outputs; k++)
            {
                scores[k].ShouldBe(expected[(row * outputs) + k], 1e-12 * Math.Max(1, Math.Abs(scores[k])), $"row {row}, output {k}");
            }
        }
    }

    [Theory]
    [InlineData("objective=poisson")]
    [InlineData("objective=gamma")]
    [InlineData("objective=tweedie")]
    [InlineData("objective=cross_entropy")]
    [InlineData("objective=regression reg_sqrt=true")]
    [InlineData("objective=multiclassova num_class=3")]
    public void An_objective_that_no_image_answers_for_is_named(string parameters)
    {
        var refusal = Trainer.Refusal(() => Import(Grow(parameters)));

        refusal.SqlState.ShouldBe(SqlState.FeatureNotSupported);
        refusal.Message.ShouldContain(parameters[10..].Split(' ')[0]);
        refusal.Hint.ShouldContain("regression_l1");
    }

    [Fact]
    public void Columns_labels_contributions_and_importances_are_the_texts()
    {
        var image = Import(Small);
        using var model = ScoringModel.Open(image);

        model.Columns.Select(column => column.Name).ShouldBe(["width", "höhe"]);
        Encoding.UTF8.GetString(image).ShouldContain("\"feature_importance\":[0.25,0.75]");
        model.Predict([float.NaN, 0.1f]).ShouldBe(2);
        model.Predict([0, 0.09f]).ShouldBe(1);
        var (contributions, bases) = (new double[2], new double[1]);
        model.Explain([0, 0.09f], contributions, bases);
        bases[0].ShouldBe((5 + (2 * 6) + (4 * 7)) / 18.0, 1e-12);
        foreach (var uncounted in new[] { Small.Replace("5 6 7", "5 0 7"), Small.Replace("leaf_count", "other") })
        {
            using var unexplained = ScoringModel.Open(Import(uncounted));
            unexplained.CanExplain.ShouldBeFalse();
        }

        Import(Small.Replace("\n", "\r\n")).ShouldBe(image);
    }

    [Theory]
    [InlineData("0A000", "version", "version=v4", "version=v2")]
    [InlineData("0A000", "objective", "objective=regression", "label=1")]
    [InlineData("0A000", "binary", "objective=regression", "objective=binary sigmoid:0")]
    [InlineData("0A000", "categories", "num_cat=0", "num_cat=1")]
    [InlineData("0A000", "categories", "decision_type=10", "decision_type=1")]
    [InlineData("0A000", "linear", "is_linear=0", "is_linear=1")]
    [InlineData("22023", "line 3 ", "num_class=1", "num_class=2")]
    [InlineData("22023", "line 4 ", "iteration=1", "iteration=2")]
    [InlineData("22023", "line 6 ", "max_feature_idx=1", "max_feature_idx=2000000000")]
    [InlineData("22023", "line 8 ", "width höhe", "width")]
    [InlineData("22023", "line 8 ", "width höhe", "width width")]
    [InlineData("22023", "line 8 ", "width höhe", "width h\0he")]
    [InlineData("22023", "line 9 ", "feature_infos", "feature_names")]
    [InlineData("22023", "line 9 ", "feature_infos=", "")]
    [InlineData("22023", "line 11 ", "Tree=0", "Tree=1")]
    [InlineData("22023", "leaf_value", "num_leaves=3", "num_leaves=2000000000")]
    [InlineData("22023", "num_leaves", "num_leaves=3", "num_leaves=0")]
    [InlineData("22023", "split_feature", "split_feature=1 0", "split_feature=1 2")]
    [InlineData("22023", "threshold", "threshold=0.1", "threshold=nan")]
    [InlineData("22023", "threshold", "threshold=", "limit=")]
    [InlineData("22023", "decision_type", "decision_type=10", "decision_type=14")]
    [InlineData("22023", "left_child", "left_child=1", "left_child=0")]
    [InlineData("22023", "left_child", "right_child=-2", "right_child=-1")]
    [InlineData("22023", "right_child", "right_child=-2", "right_child=-4")]
    [InlineData("22023", "right_child", "right_child=-2", "right_child=-2147483648")]
    [InlineData("22023", "leaf_value", "leaf_value=1", "leaf_value=1e999")]
    [InlineData("22023", "leaf_value", "leaf_value=1", "leaf_value=one")]
    [InlineData("22023", "leaf_value", "leaf_value=1", "leaf_value=1 2")]
    [InlineData("22023", "leaf_value", "leaf_value=1 2 4", "leaf_value=1 2000")]
    [InlineData("22023", "end of trees", "end of trees", "")]
    [InlineData("22023", "number of trees 0", "Tree=0", "end of trees")]
    public void What_is_wrong_is_named_with_its_line(string sqlState, string named, string from, string to)
    {
        var refusal = Trainer.Refusal(() => Import(Small.Replace(from, to, StringComparison.Ordinal)));

        refusal.SqlState.ShouldBe(sqlState);
        refusal.Message.ShouldContain(named);
        refusal.Hint.ShouldNotBeEmpty();
    }

    [Fact]
    public void What_is_not_UTF_8_and_an_image_over_the_limit_are_refused()
    {
        Trainer.Refusal(() => LightGbmImport.ToImage(Encoding.Latin1.GetBytes(Small), int.MaxValue)).SqlState.ShouldBe(SqlState.InvalidParameter);
        var sizeBytes = Import(Small).Length;
        LightGbmImport.ToImage(Encoding.UTF8.GetBytes(Small), sizeBytes).Length.ShouldBe(sizeBytes);
        Trainer.Refusal(() => LightGbmImport.ToImage(Encoding.UTF8.GetBytes(Small), sizeBytes - 1)).Hint.ShouldContain("num_iteration");
    }

    [Fact]
    public void A_tree_deeper_than_contributions_are_counted_is_imported_without_them()
    {
        const int Splits = 5000;
        var places = Enumerable.Range(0, Splits).ToArray();
        string Line(string key, Func<int, int> value) => $"{key}={string.Join(' ', places.Select(value))}\n";
        var tree = Line("split_feature", _ => 0) + Line("threshold", i => -i) + Line("decision_type", _ => 2) + Line("left_child", i => i + 1 < Splits ? i + 1 : -Splits - 1)
            + Line("right_child", i => -i - 1) + Line("leaf_value", i => i) + Line("leaf_count", _ => 1);
        var text = Small[..Small.IndexOf("num_leaves", StringComparison.Ordinal)] + $"num_leaves={Splits + 1}\n"
            + tree.Replace($"leaf_value=", "leaf_value=-1 ").Replace("leaf_count=", "leaf_count=1 ") + "end of trees\n";

        using var model = ScoringModel.Open(Import(text));

        model.CanExplain.ShouldBeFalse();
        model.Predict([-41.5f, 0]).ShouldBe(41);
    }

    [Fact]
    public void Five_thousand_mutated_texts_are_imported_or_refused_and_nothing_else()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string[] texts = [Small, Grow("objective=multiclass num_class=3", 2), Grow("objective=binary boosting=rf bagging_freq=1 bagging_fraction=0.6", 2)];
        string[] words = ["", "0", "-1", "1", "2147483648", "-2147483648", "1e308", "nan", "inf", "=", "Tree=0", "end of trees", "average_output", "é"];
        var refused = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var text = texts[random.Next(texts.Length)];
            text = text[..(text.IndexOf("end of trees", StringComparison.Ordinal) + 12)];
            try
            {
                Import(Mutated(text, words, random));
            }
            catch (GraincastException exception) when (exception.SqlState is SqlState.InvalidParameter or SqlState.FeatureNotSupported)
            {
                refused++;
            }
        }

        output.WriteLine($"{refused} of 5000 refused");
        refused.ShouldBeInRange(1_000, 4_999);
    }

    private static string Mutated(string text, string[] words, Random random)
    {
        var separator = random.Next(3) == 0 ? '\n' : ' ';
        var parts = text.Split(separator).ToList();
        var at = random.Next(parts.Count);
        switch (random.Next(5))
        {
            case 0:
                parts.RemoveAt(at);
                break;
            case 1:
                parts.Insert(at, parts[random.Next(parts.Count)]);
                break;
            case 2:
                parts[at] = words[random.Next(words.Length)];
                break;
            case 3:
                var part = parts[at].ToCharArray();
                if (part.Length > 0)
                {
                    part[random.Next(part.Length)] = (char)random.Next(128);
                }

                parts[at] = new string(part);
                break;
            default:
                parts.RemoveRange(at, random.Next(Math.Min(3, parts.Count - at)));
                break;
        }

        return string.Join(separator, parts);
    }

    private static byte[] Import(string text) => LightGbmImport.ToImage(Encoding.UTF8.GetBytes(text), int.MaxValue);

    // Labels that every objective takes: above 0, and no more than 1 where they are shares.
    private static string Grow(string parameters, int iterations = 8)
    {
        var features = Features(new Random(3));
        var labels = Enumerable.Range(0, Rows).Select(row => (Number: Finite(features[row * Columns]), Class: (features[(row * Columns) + 1] > 1 ? 1 : 0) + (float.IsNaN(features[(row * Columns) + 2]) ? 1 : 0)))
            .Select(row => parameters.Contains("num_class", StringComparison.Ordinal) ? row.Class
                : parameters.Contains("binary", StringComparison.Ordinal) || parameters.Contains("entropy", StringComparison.Ordinal) ? Math.Min(row.Class, 1) : 1.5f + row.Class + (row.Number / 20));
        return LightGbmSession.Train(features, [.. labels], parameters, iterations);
    }

    private static float[] Features(Random random) => [.. Enumerable.Range(0, Rows * Columns).Select(_ => random.Next(6) switch
    {
        0 => float.NaN,
        1 => 0,
        2 => float.NegativeInfinity,
        _ => (random.NextSingle() * 10) - 5,
    })];

    private static float Finite(float number) => float.IsFinite(number) ? number : 0;

    private static void Answer(Span<double> scores, string parameters)
    {
        if (parameters.Contains("binary", StringComparison.Ordinal))
        {
            scores[0] = 1 / (1 + Math.Exp(-scores[0]));
        }

        if (scores.Length > 1)
        {
            var weights = Array.ConvertAll(scores.ToArray(), Math.Exp);
            weights.CopyTo(scores);
            for (var k = 0; k < scores.Length; k++)
            {
                scores[k] /= weights.Sum();
            }
        }
    }
}
