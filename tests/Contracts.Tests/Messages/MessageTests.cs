using System.Reflection;
using Graincast.Models;
using Graincast.Projects;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Shouldly;
using Xunit;

namespace Graincast.Messages;

/// <summary>What clients send and get, as Orleans' serializer writes it.</summary>
public sealed class MessageTests : IDisposable
{
    private static readonly Dictionary<string, object> Messages = new()
    {
        ["feature_row"] = new FeatureRow { Numbers = [1.5f, float.NaN], Texts = [null, "de “ü”"], Names = ["amount", "country"] },
        ["prediction"] = new Prediction
        {
            Value = 1, Label = "fraud", Probabilities = [0.25f, 0.75f], Labels = ["fair", "fraud"], Model = 7, Deployment = 1L << 40, Node = "2",
        },
        ["prediction_batch"] = new PredictionBatch { Values = [1, 2.5f], Model = 7, Deployment = 8, Node = "2" },
        ["row_key"] = RowKey.Of("4711", "eu “ü”"),
        ["training_request"] = new TrainingRequest
        {
            Relation = "payments", Label = "is_fraud", Task = "classification", Algorithm = "lightgbm", Hyperparams = "{}", Preprocess = "{\"a\": 1}", TestSize = 0.25f, TestSampling = "random", AutomaticDeploy = false,
            Search = "random", SearchParams = "{\"alpha\": [1]}", SearchArgs = "{\"cv\": 3}", Seed = 42, Exclude = ["id", "at"], WeightColumn = "copies",
        },
        ["training_update"] = new TrainingUpdate("linear: 150 rows", new TrainedModel(12, "linear", IsDeployed: true, "{\"r2\": 0.9}")),
        ["trained_model"] = new TrainedModel(12, "linear", IsDeployed: true, "{\"r2\": 0.9}"),
        ["error"] = new GraincastException(SqlState.UndefinedObject, "project \"fraud\" does not exist", "Train it.", "It never did."),
    };

    // They go between silos only.
    private static readonly Type[] Inner = [typeof(Deployment), typeof(ImageFile), typeof(ImagePart), typeof(KeyAnswer)];

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public static TheoryData<string> Names => [.. Messages.Keys];

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Every_message_of_clients_is_frozen()
    {
        GoldenMessage.Names.ShouldBe(Messages.Keys.Order(StringComparer.Ordinal));
        typeof(IProjectGrain).Assembly.GetTypes()
            .Where(type => type.Namespace is "Graincast.Projects" or "Graincast.Models" && type.GetCustomAttribute<GenerateSerializerAttribute>() is not null)
            .Except(Inner)
            .Except(Messages.Values.Select(message => message.GetType()))
            .ShouldBeEmpty("give each new message a golden file, or say in Inner that it never leaves the silos");
    }

    [Theory, MemberData(nameof(Names))]
    public void A_message_is_written_as_its_golden_file(string name) =>
        Convert.ToHexString(Write(Messages[name])).ShouldBe(Convert.ToHexString(GoldenMessage.Read(name)), GoldenMessage.OnFailure);

    // An exception that was read is written with more than it came with: where it was thrown.
    public static TheoryData<string> NamesOfRecords => [.. Messages.Keys.Where(name => name != "error")];

    [Theory, MemberData(nameof(NamesOfRecords))]
    public void A_golden_file_is_read_with_all_its_values(string name)
    {
        object read = Read(Messages[name].GetType(), GoldenMessage.Read(name));
        read.ShouldBeOfType(Messages[name].GetType());
        Convert.ToHexString(Write(read)).ShouldBe(Convert.ToHexString(GoldenMessage.Read(name)), GoldenMessage.OnFailure);
    }

    [Theory, InlineData("4711"), InlineData("4711", "eu"), InlineData("", "“ü”")]
    public void A_key_comes_back_equal(params string[] parts) => Read(typeof(RowKey), Write(RowKey.Of(parts))).ShouldBe(RowKey.Of(parts));

    [Fact]
    public void An_error_comes_back_with_all_that_it_says()
    {
        var error = (GraincastException)Read(typeof(GraincastException), GoldenMessage.Read("error"));
        (error.SqlState, error.Message, error.Hint, error.Detail).ShouldBe((SqlState.UndefinedObject, "project \"fraud\" does not exist", "Train it.", "It never did."));
    }

    [Fact]
    public void A_row_of_a_client_that_knew_no_names_is_read()
    {
        var row = (FeatureRow)Read(typeof(FeatureRow), Write(new RowWithoutNames { Numbers = [1, 2], Texts = [null, "a"] }));
        (row.Numbers[1], row.Texts![1], row.Names).ShouldBe((2, "a", null));
    }

    [Fact]
    public void A_request_of_a_client_that_knew_no_automatic_deploy_is_read()
    {
        var request = (TrainingRequest)Read(typeof(TrainingRequest), Write(new RequestWithoutAutomaticDeploy { Relation = "payments", TestSize = 0.5f }));
        (request.Relation, request.TestSize, request.AutomaticDeploy).ShouldBe(("payments", 0.5f, null));
    }

    [Fact]
    public void A_silo_that_knows_no_names_reads_a_row_that_has_some()
    {
        var row = (RowWithoutNames)Read(typeof(RowWithoutNames), GoldenMessage.Read("feature_row"));
        (row.Numbers[0], row.Texts![1]).ShouldBe((1.5f, "de “ü”"));
    }

    // Each by its own type, as an argument or a result has it: the type is then not written.
    private byte[] Write(object message) =>
        (byte[])typeof(MessageTests).GetMethod(nameof(WriteAs), BindingFlags.NonPublic | BindingFlags.Instance)!.MakeGenericMethod(message.GetType()).Invoke(this, [message])!;

    private byte[] WriteAs<T>(T message) => _services.GetRequiredService<Serializer>().SerializeToArray(message);

    private object Read(Type type, byte[] bytes) =>
        typeof(MessageTests).GetMethod(nameof(ReadAs), BindingFlags.NonPublic | BindingFlags.Instance)!.MakeGenericMethod(type).Invoke(this, [bytes])!;

    private T ReadAs<T>(byte[] bytes) => _services.GetRequiredService<Serializer>().Deserialize<T>(bytes)!;
}

/// <summary>A feature row before it had names.</summary>
[GenerateSerializer, Alias("graincast.tests.row-without-names")]
public sealed record RowWithoutNames
{
    [Id(0)] public required float[] Numbers { get; init; }

    [Id(1)] public string?[]? Texts { get; init; }
}

/// <summary>A training request before it had its last fields.</summary>
[GenerateSerializer, Alias("graincast.tests.request-without-automatic-deploy")]
public sealed record RequestWithoutAutomaticDeploy
{
    [Id(0)] public string? Relation { get; init; }

    [Id(6)] public float? TestSize { get; init; }
}
