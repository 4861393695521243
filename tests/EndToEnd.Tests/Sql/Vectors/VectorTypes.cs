using Xunit;

namespace Graincast.Sql.Vectors;

/// <summary>The two types of a vector's elements.</summary>
internal static class VectorTypes
{
    public static readonly string[] All = ["real", "double precision"];

    /// <summary>SQL in which <c>T</c> stands for the type.</summary>
    public static string In(string sql, string type) => sql.Replace("::T", $"::{type}", StringComparison.Ordinal);

    /// <summary>Each case with each type.</summary>
    public static TheoryData<string, string, string> With(params (string, string)[] cases)
    {
        var data = new TheoryData<string, string, string>();
        foreach (var type in All)
        {
            foreach (var (first, second) in cases)
            {
                data.Add(type, first, second);
            }
        }
        return data;
    }
}
