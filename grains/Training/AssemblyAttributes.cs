using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Graincast.Grains.Tests")]
[assembly: InternalsVisibleTo("Graincast.Quality.Tests")]
[assembly: InternalsVisibleTo("Graincast.Benchmarks")]
