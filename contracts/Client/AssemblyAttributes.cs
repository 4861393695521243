using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Graincast.Contracts.Tests")]
