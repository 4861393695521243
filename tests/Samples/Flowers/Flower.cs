using Graincast.Client;

namespace Flowers;

/// <summary>A flower as the table flowers has it: sepal_length, sepal_width, petal_length, petal_width.</summary>
[FeatureRecord]
public partial record Flower(float SepalLength, float SepalWidth, float PetalLength, float PetalWidth);
