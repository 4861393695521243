using System.Buffers.Binary;
using System.Text;
using Graincast.Models;
using Graincast.Placement;
using Graincast.Projects;
using Graincast.Servers;
using Orleans.Runtime;
using Shouldly;
using Xunit;

namespace Graincast.Security;

/// <summary>Clients that lie about who they are, with Orleans' own bytes but those changed.</summary>
public sealed class GatewayGuardTests
{
    private const int Flags = 8;
    private const int SenderType = 20;
    private const int Response = 2;
    private const int MovedGrains = 1 << 7;
    private static readonly string Image = new NodeKey("0", $"app/{new string('a', 64)}").ToString();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Why there is a guard: the same calls without one.</summary>
    [Theory, InlineData("supervisor"), InlineData("hosted-")]
    public async Task Without_the_guard_a_client_that_names_another_sender_calls_what_it_likes(string sender)
    {
        bool forges = false;
        await using ClientCluster cluster = await ClientCluster.StartAsync(isGuarded: false, message => Name(message, forges ? sender : null));
        forges = true;

        _ = cluster.Client.GetGrain<IModelGrain>(Image).OpenAsync("postgres");

        await Wait.UntilAsync("the catalog is asked", () => cluster.Catalog.Asked > 0);
    }

    [Fact]
    public async Task A_client_is_cut_off_that_names_another_sender_answers_calls_of_silos_says_where_grains_moved_or_lies_about_lengths()
    {
        Action<byte[]>? forge = null;
        await using ClientCluster cluster = await ClientCluster.StartAsync(forge: message =>
        {
            // Once: what follows on a new connection is honest.
            Action<byte[]>? now = forge;
            forge = null;
            now?.Invoke(message);
        });
        RequestContext.Set(CallContext.Token, await cluster.IssueAsync("alice"));
        foreach (Action<byte[]> forgery in new Action<byte[]>[]
        {
            message => Name(message, "supervisor"),
            message => Name(message, "hosted-"),
            message => message[Flags + 2] = (byte)((message[Flags + 2] & 0xf0) | Response),
            message => message[Flags] |= MovedGrains,
            message => BinaryPrimitives.WriteInt32LittleEndian(message, 14),
            message => BinaryPrimitives.WriteInt32LittleEndian(message, -1),
            message => BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), -1),
            message => message[SenderType] = 0,
        })
        {
            await Wait.UntilAsync("the client is answered", () => AnswersAsync(cluster));
            forge = forgery;

            await Should.ThrowAsync<Exception>(() => cluster.Client.GetGrain<IModelGrain>(Image).OpenAsync("postgres"));

            forge.ShouldBeNull();
            cluster.Catalog.Asked.ShouldBe(0);
        }
    }

    [Fact]
    public async Task An_honest_client_is_served_message_after_message_of_every_size()
    {
        await using ClientCluster cluster = await ClientCluster.StartAsync();
        RequestContext.Set(CallContext.Token, await cluster.IssueAsync("alice"));

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            GraincastException error = await Should.ThrowAsync<GraincastException>(() => cluster.Project().PredictBatchAsync(new float[i * 200], 0, Cancellation));
            error.SqlState.ShouldBe(SqlState.UndefinedObject);
        }));
    }

    private static async Task<bool> AnswersAsync(ClientCluster cluster)
    {
        try
        {
            return await cluster.Project().TrainAsync(new TrainingRequest(), Cancellation).AnyAsync(Cancellation);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return false;
        }
    }

    /// <summary>The grain type of the sender, or what its key begins with: both as long as what stands there.</summary>
    private static void Name(byte[] message, string? sender)
    {
        if (sender is null)
        {
            return;
        }

        int type = message.AsSpan().IndexOf(CallSource.ClientType);
        int at = sender == "hosted-" ? type + CallSource.ClientType.Length + 1 + sizeof(int) : type;
        Encoding.ASCII.GetBytes(sender).CopyTo(message, at);
    }
}
