using Flowers;
using Graincast;
using Graincast.Client;
using Graincast.Models;
using Graincast.Projects;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

if (args is not [string connectionString])
{
    Console.Error.WriteLine("Give an Npgsql connection string; README.md beside this program has the command.");
    return 2;
}

try
{
    await FlowerTable.CreateAsync(connectionString);

    HostApplicationBuilder builder = Host.CreateApplicationBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.Services.AddGraincastClient(options => options.UseAdoNetClustering(connectionString));
    using IHost host = builder.Build();
    await host.StartAsync();
    GraincastProject flowers = host.Services.GetRequiredService<GraincastClient>().Project("flower_species");

    var request = new TrainingRequest { Relation = "public.flower_measures", Label = "species", Task = "classification", Algorithm = "lightgbm" };
    await foreach (TrainingUpdate step in flowers.TrainAsync(request))
    {
        Console.WriteLine(step.Model is { } model ? $"model {model.Id}, {model.Algorithm}: {model.Metrics}" : step.Text);
    }

    Console.WriteLine($"by features: {await flowers.PredictAsync([5.1f, 3.5f, 1.4f, 0.2f])}");

    Prediction answer = await flowers.GetPredictionAsync(new Flower(6.3f, 3.3f, 6.0f, 2.5f));
    Console.WriteLine($"by record: {answer.Label}, {string.Join(", ", answer.Labels.Zip(answer.Probabilities, (label, probability) => $"{label} {probability:p0}"))}");

    await FlowerTable.CreateSourceAsync(connectionString);
    Prediction stored = await flowers.PredictByKeyAsync(42);
    Console.WriteLine($"by key 42: {stored.Label}, by model {stored.Model} at node {stored.Node}");

    await host.StopAsync();
    return 0;
}
catch (GraincastException error)
{
    Console.Error.WriteLine($"error {error.SqlState}: {error.Message}\nhint: {error.Hint}");
    return 1;
}
