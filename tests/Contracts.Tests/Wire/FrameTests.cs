using Shouldly;
using Xunit;

namespace Graincast.Wire;

public sealed class FrameTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. GoldenFrame.Names];

    [Fact]
    public void Every_kind_has_a_golden_frame() =>
        GoldenFrame.Names.Select(name => FrameMessages.All[name].Kind).Distinct().Order().ShouldBe(Enum.GetValues<FrameKind>().Order());

    [Theory, MemberData(nameof(Names))]
    public void A_message_is_written_byte_by_byte_as_its_golden_frame(string name) =>
        FrameMessages.All[name].Write().ShouldBe(GoldenFrame.Read(name).Bytes, GoldenFrame.OnFailure);

    [Theory, MemberData(nameof(Names))]
    public void A_golden_frame_is_read_and_written_back_unchanged(string name)
    {
        GoldenFrame golden = GoldenFrame.Read(name);
        FrameMessages.All[name].ReadAndWrite(golden.Payload.ToArray()).ShouldBe(golden.Bytes, GoldenFrame.OnFailure);
    }

    // Rows end where the payload ends: there a byte more is a byte of a row, for the trainer to refuse.
    public static TheoryData<string> NamesOfCountedPayloads => [.. GoldenFrame.Names.Where(name => name != "rows")];

    [Theory, MemberData(nameof(NamesOfCountedPayloads))]
    public void A_payload_with_a_byte_too_many_breaks_the_protocol(string name)
    {
        byte[] payload = [.. GoldenFrame.Read(name).Payload, 0];
        Should.Throw<GraincastException>(() => FrameMessages.All[name].ReadAndWrite(payload)).SqlState.ShouldBe(SqlState.ProtocolViolation);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_payload_cut_anywhere_breaks_the_protocol(string name)
    {
        byte[] payload = GoldenFrame.Read(name).Payload.ToArray();
        int whole = name == "rows" ? 4 : payload.Length;
        for (int length = 0; length < whole; length++)
        {
            Should.Throw<GraincastException>(() => FrameMessages.All[name].ReadAndWrite(payload[..length])).SqlState.ShouldBe(SqlState.ProtocolViolation);
        }
    }

    [Fact]
    public void A_hundred_thousand_mutated_frames_are_read_or_refused_and_nothing_else()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        (MessageCase Message, byte[] Bytes)[] frames = [.. GoldenFrame.Names.Select(name => (FrameMessages.All[name], GoldenFrame.Read(name).Bytes))];
        int refused = 0;
        for (int i = 0; i < 100_000; i++)
        {
            (MessageCase message, byte[] bytes) = frames[random.Next(frames.Length)];
            byte[] mutated = Mutation.Of(bytes, random);
            try
            {
                FrameHeader.Read(mutated);
                message.ReadAndWrite(mutated[FrameHeader.SizeBytes..]);
            }
            catch (GraincastException exception) when (exception.SqlState == SqlState.ProtocolViolation)
            {
                refused++;
            }
        }

        output.WriteLine($"{refused} of 100000 refused");
        refused.ShouldBeGreaterThan(10_000);
    }
}
