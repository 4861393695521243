using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Storage;

public sealed class MembershipSqlTests(GraincastServer server)
{
    private const int Active = 3;
    private const int Dead = 6;
    private const int Version = 11;
    private readonly string _deployment = $"{Guid.NewGuid()}";
    private readonly DateTime _started = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public async Task The_version_row_comes_back_when_there_is_no_member()
    {
        (await server.ScalarAsync("InsertMembershipVersionKey", ("DeploymentId", _deployment))).ShouldBe(1);
        (await server.ScalarAsync("InsertMembershipVersionKey", ("DeploymentId", _deployment))).ShouldBe(0);

        var row = (await server.RowsAsync("MembershipReadAllKey", ("DeploymentId", _deployment))).ShouldHaveSingleItem();
        row[1].ShouldBeNull();
        row[Version].ShouldBe(0);
        (await server.RowsAsync("MembershipReadRowKey", Member(1))).ShouldHaveSingleItem()[Version].ShouldBe(0);
    }

    [Fact]
    public async Task A_member_joins_only_on_the_version_that_it_read()
    {
        await server.ScalarAsync("InsertMembershipVersionKey", ("DeploymentId", _deployment));

        (await InsertAsync(1, version: 0)).ShouldBe(1);
        (await InsertAsync(2, version: 0)).ShouldBe(0);
        (await InsertAsync(1, version: 1)).ShouldBe(0, "it is there already");
        (await InsertAsync(2, version: 1)).ShouldBe(1);

        var rows = await server.RowsAsync("MembershipReadAllKey", ("DeploymentId", _deployment));
        rows.Count.ShouldBe(2);
        rows.ShouldAllBe(row => (int)row[Version]! == 2);
    }

    [Fact]
    public async Task Of_many_that_join_at_once_on_one_version_one_wins_and_the_losers_leave_no_row()
    {
        await server.ScalarAsync("InsertMembershipVersionKey", ("DeploymentId", _deployment));

        var results = await Task.WhenAll(Enumerable.Range(1, 12).Select(port => InsertAsync(port, version: 0)));

        results.Count(result => result is 1).ShouldBe(1);
        var row = (await server.RowsAsync("MembershipReadAllKey", ("DeploymentId", _deployment))).ShouldHaveSingleItem();
        row[Version].ShouldBe(1);
    }

    [Fact]
    public async Task An_update_takes_the_version_on_and_a_sign_of_life_does_not()
    {
        await server.ScalarAsync("InsertMembershipVersionKey", ("DeploymentId", _deployment));
        await InsertAsync(1, version: 0);

        (await UpdateAsync(1, Dead, version: 0)).ShouldBe(0);
        (await UpdateAsync(9, Dead, version: 1)).ShouldBe(0, "there is no such member");
        (await UpdateAsync(1, Dead, version: 1)).ShouldBe(1);
        await server.RowsAsync("UpdateIAmAlivetimeKey", [.. Member(1), ("IAmAliveTime", _started.AddMinutes(5))]);

        var row = (await server.RowsAsync("MembershipReadRowKey", Member(1))).ShouldHaveSingleItem();
        row[6].ShouldBe(Dead);
        row[10].ShouldBe(_started.AddMinutes(5));
        row[Version].ShouldBe(2);
    }

    [Fact]
    public async Task Only_dead_members_are_cleaned_up()
    {
        await server.ScalarAsync("InsertMembershipVersionKey", ("DeploymentId", _deployment));
        await InsertAsync(1, version: 0);
        await InsertAsync(2, version: 1);
        await UpdateAsync(2, Dead, version: 2);

        (await server.RowsAsync("GatewaysQueryKey", ("DeploymentId", _deployment), ("Status", Active))).ShouldHaveSingleItem()[1].ShouldBe(30001);
        await server.RowsAsync("CleanupDefunctSiloEntriesKey", ("DeploymentId", _deployment), ("IAmAliveTime", _started.AddDays(1)));
        (await server.RowsAsync("MembershipReadAllKey", ("DeploymentId", _deployment))).ShouldHaveSingleItem()[2].ShouldBe(1);

        await server.RowsAsync("DeleteMembershipTableEntriesKey", ("DeploymentId", _deployment));
        (await server.RowsAsync("MembershipReadAllKey", ("DeploymentId", _deployment))).ShouldBeEmpty();
    }

    private (string, object?)[] Member(int port) => [("DeploymentId", _deployment), ("Address", "10.0.0.1"), ("Port", port), ("Generation", 7)];

    private Task<object?> InsertAsync(int port, int version) => server.ScalarAsync("InsertMembershipKey",
        [.. Member(port), ("SiloName", "s"), ("HostName", "h"), ("Status", Active), ("ProxyPort", 30000 + port), ("StartTime", _started), ("IAmAliveTime", _started), ("Version", version)]);

    private Task<object?> UpdateAsync(int port, int status, int version) => server.ScalarAsync("UpdateMembershipKey",
        [.. Member(port), ("Status", status), ("SuspectTimes", "10.0.0.2:1@1,now"), ("IAmAliveTime", _started), ("Version", version)]);
}
