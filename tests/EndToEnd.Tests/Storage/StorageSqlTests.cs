using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Storage;

public sealed class StorageSqlTests(GraincastServer server)
{
    private readonly string _service = $"{Guid.NewGuid()}";

    [Fact]
    public async Task A_state_is_read_as_it_was_written()
    {
        (await WriteAsync([1, 2], version: null)).ShouldBe(1);
        (await WriteAsync([3], version: 1)).ShouldBe(2);

        var row = (await server.RowsAsync("ReadFromStorageKey", Key())).ShouldHaveSingleItem();
        row[0].ShouldBe(new byte[] { 3 });
        row[1].ShouldBe(2);
        (await server.RowsAsync("ReadFromStorageKey", Key("another"))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_conflicting_write_gets_its_own_version_back_and_changes_nothing()
    {
        await WriteAsync([1], version: null);
        await WriteAsync([2], version: 1);

        (await WriteAsync([9], version: 1)).ShouldBe(1);
        (await WriteAsync([9], version: null)).ShouldBeNull();

        (await server.RowsAsync("ReadFromStorageKey", Key())).ShouldHaveSingleItem()[0].ShouldBe(new byte[] { 2 });
    }

    [Fact]
    public async Task Of_many_first_writes_at_once_one_wins()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => WriteAsync([(byte)writer], version: null)));

        results.Count(result => result is 1).ShouldBe(1);
        results.Count(result => result is null).ShouldBe(15);
        (await server.RowsAsync("ReadFromStorageKey", Key())).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("ClearStorageKey")]
    [InlineData("DeleteStorageKey")]
    public async Task A_state_is_given_up_only_on_the_version_that_was_read(string key)
    {
        await WriteAsync([1], version: null);

        (await server.RowsAsync(key, [.. Key(), ("GrainStateVersion", 5)])).ShouldBeEmpty();
        (await server.ScalarAsync(key, [.. Key(), ("GrainStateVersion", 1)])).ShouldBe(2);

        var rows = await server.RowsAsync("ReadFromStorageKey", Key());
        if (key == "DeleteStorageKey")
        {
            rows.ShouldBeEmpty();
        }
        else
        {
            rows.ShouldHaveSingleItem().ShouldBe([null, 2]);
        }
    }

    private (string, object?)[] Key(string? extension = null) =>
    [
        ("GrainIdHash", 11), ("GrainIdN0", 1L), ("GrainIdN1", -1L), ("GrainTypeHash", 22), ("GrainTypeString", "supervisor"),
        ("GrainIdExtensionString", extension), ("ServiceId", _service),
    ];

    private Task<object?> WriteAsync(byte[] payload, int? version) =>
        server.ScalarAsync("WriteToStorageKey", [.. Key(), ("GrainStateVersion", version), ("PayloadBinary", payload)]);
}
