namespace Graincast.Client;

/// <summary>A type whose values are features of a row. Written by the generator for types that are marked <see cref="FeatureRecordAttribute"/>.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IFeatureRecord<TSelf>
    where TSelf : IFeatureRecord<TSelf>
{
    /// <summary>The features' names, in the order in which <see cref="WriteFeatures"/> writes them.</summary>
    static abstract string[] FeatureNames { get; }

    /// <summary>Writes each feature once.</summary>
    static abstract void WriteFeatures(TSelf record, ref FeatureWriter writer);
}
