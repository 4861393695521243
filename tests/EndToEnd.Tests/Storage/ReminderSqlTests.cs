using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Storage;

public sealed class ReminderSqlTests(GraincastServer server)
{
    private readonly string _service = $"{Guid.NewGuid()}";

    [Fact]
    public async Task A_reminder_is_replaced_read_and_deleted_by_version()
    {
        (await UpsertAsync("g", "r", hash: 5)).ShouldBe(0);
        (await UpsertAsync("g", "r", hash: 5)).ShouldBe(1);
        await UpsertAsync("g", "other", hash: 5);

        (await server.RowsAsync("ReadReminderRowsKey", ("ServiceId", _service), ("GrainId", "g"))).Count.ShouldBe(2);
        var row = (await server.RowsAsync("ReadReminderRowKey", ("ServiceId", _service), ("GrainId", "g"), ("ReminderName", "r"))).ShouldHaveSingleItem();
        row[3].ShouldBe(60_000L);
        row[4].ShouldBe(1);
        (await DeleteAsync("g", "r", version: 0)).ShouldBe(0);
        (await DeleteAsync("g", "r", version: 1)).ShouldBe(1);
        await server.RowsAsync("DeleteReminderRowsKey", ("ServiceId", _service));
        (await server.RowsAsync("ReadReminderRowsKey", ("ServiceId", _service), ("GrainId", "g"))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_range_excludes_its_begin_includes_its_end_and_may_wrap_around()
    {
        foreach (var hash in new[] { int.MinValue, -10, 0, 10, int.MaxValue })
        {
            await UpsertAsync($"{hash}", "r", hash);
        }

        (await RangeAsync("ReadRangeRows1Key", -10, 10)).ShouldBe(["0", "10"]);
        (await RangeAsync("ReadRangeRows2Key", 10, -10)).ShouldBe(["-10", $"{int.MinValue}", $"{int.MaxValue}"], ignoreOrder: true);
    }

    private Task<object?> UpsertAsync(string grain, string name, int hash) => server.ScalarAsync("UpsertReminderRowKey",
        ("ServiceId", _service), ("GrainId", grain), ("ReminderName", name), ("StartTime", DateTime.UtcNow), ("Period", 60_000L), ("GrainHash", hash));

    private Task<object?> DeleteAsync(string grain, string name, int version) =>
        server.ScalarAsync("DeleteReminderRowKey", ("ServiceId", _service), ("GrainId", grain), ("ReminderName", name), ("Version", version));

    private async Task<string[]> RangeAsync(string key, int begin, int end) =>
        [.. (await server.RowsAsync(key, ("ServiceId", _service), ("BeginHash", begin), ("EndHash", end))).Select(row => (string)row[0]!).Order(StringComparer.Ordinal)];
}
