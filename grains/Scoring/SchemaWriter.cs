using System.Text;

namespace Graincast.Scoring;

/// <summary>Writes the feature schema: columns, fills, scaling, categories.</summary>
internal static class SchemaWriter
{
    /// <summary>Inputs and features in all, and whether a row must be filled, encoded or scaled.</summary>
    internal readonly record struct Schema(int Inputs, int Features, bool Prepares);

    public static Schema Write(IReadOnlyList<ImageColumn> columns, ImageSections sections)
    {
        var names = new HashSet<string>();
        var inputs = 0;
        var features = 0;
        var categories = 0;
        var scales = columns.Any(column => column.Center.Length > 0);
        var prepares = scales;
        foreach (var column in columns)
        {
            var columnFeatures = FeaturesOf(column);
            ThrowIfInconsistent(column, columnFeatures);
            if (!names.Add(column.Name))
            {
                throw new ArgumentException($"Two columns have the name \"{column.Name}\".");
            }

            sections.WriteText(ImageSection.Columns, column.Name);
            ReadOnlySpan<int> numbers =
            [
                (int)column.Kind, (int)column.Encoder, (int)MissingOf(column), inputs, column.Width, features, columnFeatures,
                categories, column.Categories.Count, column.Center.Length > 0 ? 1 : 0,
            ];
            foreach (var number in numbers)
            {
                sections[ImageSection.Columns].Write(number);
            }

            WriteFill(column, sections);
            WriteCategories(column.Categories, sections);
            if (scales)
            {
                WriteScale(column, columnFeatures, sections);
            }

            inputs = checked(inputs + column.Width);
            features = checked(features + columnFeatures);
            categories = checked(categories + column.Categories.Count);
            prepares |= column.Encoder != Encoder.None || column.Fill.Length > 0;
        }

        return new Schema(inputs, features, prepares);
    }

    private static MissingInput MissingOf(ImageColumn column) => column.Fill.Length > 0 ? MissingInput.Fill : MissingInput.Error;

    private static int FeaturesOf(ImageColumn column) => column.Encoder switch
    {
        Encoder.None => column.Width,
        Encoder.Value => 1,
        Encoder.OneHot => column.Categories.Count,
        _ => throw new ArgumentException($"Encoder {column.Encoder} of column \"{column.Name}\" does not exist."),
    };

    private static void ThrowIfInconsistent(ImageColumn column, int features)
    {
        if (column.Width < 1 || (column.Fill.Length != 0 && column.Fill.Length != column.Width))
        {
            throw new ArgumentException($"Column \"{column.Name}\" has {column.Width} inputs and {column.Fill.Length} fills.");
        }

        if (column.Center.Length != column.Scale.Length || (column.Center.Length != 0 && column.Center.Length != features))
        {
            throw new ArgumentException(
                $"Column \"{column.Name}\" has {features} features, {column.Center.Length} centers and {column.Scale.Length} scales.");
        }
    }

    private static void WriteFill(ImageColumn column, ImageSections sections)
    {
        for (var i = 0; i < column.Width; i++)
        {
            sections[ImageSection.Inputs].Write(column.Fill.Length > 0 ? column.Fill[i] : column.Unknown);
        }
    }

    private static void WriteScale(ImageColumn column, int features, ImageSections sections)
    {
        for (var i = 0; i < features; i++)
        {
            sections[ImageSection.Features].Write(column.Center.Length > 0 ? column.Center[i] : 0.0);
            sections[ImageSection.Features].Write(column.Scale.Length > 0 ? column.Scale[i] : 1.0);
        }
    }

    /// <summary>Categories keep their order, which numbers them; beside each stands which one is next in bytewise order, for the search.</summary>
    private static void WriteCategories(IReadOnlyList<Category> categories, ImageSections sections)
    {
        var texts = categories.Select(category => Encoding.UTF8.GetBytes(category.Text)).ToArray();
        var sorted = Enumerable.Range(0, texts.Length).ToArray();
        Array.Sort(sorted, (a, b) => texts[a].AsSpan().SequenceCompareTo(texts[b]));
        for (var i = 0; i < categories.Count; i++)
        {
            sections.WriteText(ImageSection.Categories, categories[i].Text);
            sections[ImageSection.Categories].Write(categories[i].Value);
            sections[ImageSection.Categories].Write(sorted[i]);
        }
    }
}
