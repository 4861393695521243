using Microsoft.ML;
using Microsoft.ML.Data;

namespace Graincast.Training;

/// <summary>A row as ML.NET reads it.</summary>
internal sealed class ForestRow
{
    public float Label { get; set; }

    public float Weight { get; set; }

    public float[] Features { get; set; } = [];

    /// <summary>The rows, read anew at each pass; one object serves them all.</summary>
    public static IDataView View(MLContext context, FloatTable features, Func<int, float> label, Func<int, float> weight)
    {
        var schema = SchemaDefinition.Create(typeof(ForestRow));
        schema[nameof(Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features.Width);
        return context.Data.LoadFromEnumerable(Read(features, label, weight), schema);
    }

    private static IEnumerable<ForestRow> Read(FloatTable features, Func<int, float> label, Func<int, float> weight)
    {
        var row = new ForestRow { Features = new float[features.Width] };
        for (var i = 0; i < features.Rows; i++)
        {
            row.Label = label(i);
            row.Weight = weight(i);
            features.Row(i).CopyTo(row.Features);
            yield return row;
        }
    }
}
