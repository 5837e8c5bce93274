using Capns.Discovery.Worker.Graph.Bolt;
using Capns.Testing;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

public sealed class BoltRoutingTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly ScriptedPeer _router = new();
    private readonly ScriptedPeer _first = new();
    private readonly ScriptedPeer _second = new();

    private static CancellationToken None => CancellationToken.None;

    public Task InitializeAsync()
    {
        Tables([_router], [_first, _second], [_first]);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _router.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task ReadsAndWrites_GoWhereTheTableSays()
    {
        await using var driver = Driver("?region=north");
        for (var i = 0; i < 4; i++)
        {
            await driver.ReadAsync(BoltDriverTests.One, None);
        }

        await driver.WriteAsync([BoltDriverTests.One], false, None);

        Assert.Equal(["HELLO", "LOGON", "ROUTE"], _router.Names);
        Assert.Equal(2, _second.Names.Count(name => name == "RUN"));
        Assert.Equal(3, _first.Names.Count(name => name == "RUN"));
        Assert.Equal("COMMIT", _first.Names[^1]);
        var route = _router.Requests[2];
        Assert.Equal(("north", _router.Endpoint.ToString()), (route.Map(0)["region"], route.Map(0)["address"]));
        Assert.Equal("tools", route.Map(2)["db"]);
        Assert.Equal("north", ((IReadOnlyDictionary<string, object?>)_first.Requests[0].Map(0)["routing"]!)["region"]);
    }

    [Theory]
    [InlineData("BEGIN")]
    [InlineData("RUN")]
    [InlineData("COMMIT")]
    public async Task Write_LeaderChanges_FindsTheNewOne(string step)
    {
        await using var driver = Driver();
        await driver.WriteAsync([BoltDriverTests.One], false, None);
        _first.Answer = (side, request) => request.Name == step
            ? side.FailureAsync("Neo.ClientError.Cluster.NotALeader")
            : Task.FromResult(false);
        Tables([_router], [_first], [_second]);

        await driver.WriteAsync([BoltDriverTests.One], false, None);

        Assert.Equal("COMMIT", _second.Names[^1]);
        Assert.Equal(2, _router.Names.Count(name => name == "ROUTE"));
        await driver.WriteAsync([BoltDriverTests.One], false, None);
        Assert.Equal(2, _second.Names.Count(name => name == "COMMIT"));
    }

    [Fact]
    public async Task Write_LeaderIsGone_FindsTheNewOne()
    {
        await using var driver = Driver();
        await driver.WriteAsync([BoltDriverTests.One], false, None);
        _first.StopListening();
        _first.DropAll();
        Tables([_router], [_second], [_second]);
        await driver.WriteAsync([BoltDriverTests.One], false, None);
        Assert.Equal("COMMIT", _second.Names[^1]);
    }

    [Fact]
    public async Task Write_ClusterElects_WaitsForALeader()
    {
        var asked = 0;
        _router.Table = () => Table(300, [_router], [_first], ++asked < 3 ? [] : [_second]);
        await using var driver = Driver();
        await driver.WriteAsync([BoltDriverTests.One], false, None);
        Assert.Equal(3, asked);
        Assert.Equal("COMMIT", _second.Names[^1]);
    }

    [Fact]
    public async Task Write_NoLeaderForLongerThanTheRetryTime_SaysSo()
    {
        Tables([_router], [_first], []);
        await using var driver = Driver(retrySeconds: 0.2);
        var error = await Assert.ThrowsAsync<BoltUnavailableException>(() => driver.WriteAsync([BoltDriverTests.One], false, None));
        Assert.Contains("no server for a Write", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_AReaderIsGone_TheOtherAnswers()
    {
        await using var driver = Driver();
        _second.StopListening();
        _second.DropAll();
        Tables([_router], [_first], [_first]);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal([[1L]], await driver.ReadAsync(BoltDriverTests.One, None));
        }
    }

    [Fact]
    public async Task Write_AServerLeftTheCluster_ItsIdleConnectionsAreClosed()
    {
        await using var driver = Driver();
        await driver.WriteAsync([BoltDriverTests.One], false, None);
        Tables([_router], [_second], [_second]);
        BoltDriverTests.Once(_first, "BEGIN", side => side.FailureAsync("Neo.ClientError.Cluster.NotALeader"));
        await driver.WriteAsync([BoltDriverTests.One], false, None);
        await Eventually.TrueAsync(() => _first.Names[^1] == "GOODBYE", "GOODBYE");
    }

    [Theory]
    [InlineData(299, 1)]
    [InlineData(300, 2)]
    public async Task Read_TableIsOld_AsksAgain(int seconds, int asked)
    {
        await using var driver = Driver(time: _time);
        await driver.ReadAsync(BoltDriverTests.One, None);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await driver.ReadAsync(BoltDriverTests.One, None);
        Assert.Equal(asked, _router.Names.Count(name => name == "ROUTE"));
    }

    [Fact]
    public async Task Read_FirstRouterIsGone_AsksTheOtherRouters()
    {
        Tables([_second], [_first], [_first]);
        _second.Table = _router.Table;
        await using var driver = Driver(time: _time);
        await driver.ReadAsync(BoltDriverTests.One, None);
        _router.StopListening();
        _router.DropAll();
        _time.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal([[1L]], await driver.ReadAsync(BoltDriverTests.One, None));
        Assert.Contains("ROUTE", _second.Names);
    }

    [Fact]
    public async Task Read_NoRouterAnswers_SaysWhatEachSaid()
    {
        _router.Answer = (side, request) => request.Name == "ROUTE"
            ? side.FailureAsync("Neo.ClientError.Database.DatabaseNotFound")
            : Task.FromResult(false);
        await using var driver = Driver();
        var error = await Assert.ThrowsAsync<BoltUnavailableException>(() => driver.ReadAsync(BoltDriverTests.One, None));
        Assert.Contains("DatabaseNotFound", error.Message, StringComparison.Ordinal);
        Assert.False(error.MayRetry);
    }

    [Fact]
    public async Task Read_RouterRefusesTheLogin_SaysSo()
    {
        _router.Answer = (side, request) => request.Name == "LOGON"
            ? side.FailureAsync("Neo.ClientError.Security.Unauthorized")
            : Task.FromResult(false);
        await using var driver = Driver();
        Assert.True((await Assert.ThrowsAsync<BoltServerException>(() => driver.ReadAsync(BoltDriverTests.One, None))).Unauthorized);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Read_Before43_AsksTheProcedureOfTheSystemDatabase(byte minor)
    {
        _router.Handshake = [0, 0, minor, 4];
        _router.Answer = async (side, request) =>
        {
            if (request.Name == "RUN")
            {
                await side.SuccessAsync(PeerConnection.Map(("fields", new[] { "ttl", "servers" })));
            }
            else if (request.Name == "PULL")
            {
                var table = _router.Table!();
                await side.RecordAsync(table["ttl"], table["servers"]);
                await side.SuccessAsync();
            }

            return request.Name is "RUN" or "PULL";
        };
        await using var driver = Driver();
        await driver.ReadAsync(BoltDriverTests.One, None);
        var run = _router.Requests.Single(request => request.Name == "RUN");
        Assert.Equal("CALL dbms.routing.getRoutingTable($context, $database)", run.Fields[0]);
        Assert.Equal(("tools", "system"), (run.Map(1)["database"], run.Map(2)["db"]));
    }

    [Fact]
    public async Task Read_On43_RouteNamesTheDatabaseItself()
    {
        _router.Handshake = [0, 0, 3, 4];
        await using var driver = Driver();
        await driver.ReadAsync(BoltDriverTests.One, None);
        Assert.Equal("tools", _router.Requests.Single(request => request.Name == "ROUTE").Fields[2]);
    }

    [Fact]
    public void Parse_TablesThatAreNone_AreAProtocolError()
    {
        var good = (IReadOnlyList<object?>)Table(10, [_router], [_first], [])["servers"]!;
        Assert.Equal(TimeSpan.FromSeconds(10), BoltRoutingTable.Parse(10L, good).TimeToLive);
        Assert.Equal(TimeSpan.FromDays(1), BoltRoutingTable.Parse(long.MaxValue, good).TimeToLive);
        Assert.Throws<BoltProtocolException>(() => BoltRoutingTable.Parse(null, good));
        Assert.Throws<BoltProtocolException>(() => BoltRoutingTable.Parse(-1L, good));
        Assert.Throws<BoltProtocolException>(() => BoltRoutingTable.Parse(10L, null));
        Assert.Throws<BoltProtocolException>(() => BoltRoutingTable.Parse(10L, new object?[] { "x" }));
        Assert.Throws<BoltProtocolException>(() => BoltRoutingTable.Parse(10L, Table(10, [], [_first], [])["servers"]));
        Assert.Throws<BoltProtocolException>(() => BoltRoutingTable.Parse(10L, Table(10, [_router], [], [])["servers"]));
        Assert.Throws<BoltProtocolException>(() => BoltRoutingTable.Parse(10L, new object?[] { Server("READ", "a b:1") }));
        Assert.Throws<BoltProtocolException>(() => BoltRoutingTable.Parse(10L, new object?[] { Server("READ", 7L) }));
        IReadOnlyList<object?> later = [.. good, Server("WITNESS", "x:1")];
        Assert.Single(BoltRoutingTable.Parse(10L, later).Readers);
    }

    private static IReadOnlyDictionary<string, object?> Table(
        long ttl, ScriptedPeer[] routers, ScriptedPeer[] readers, ScriptedPeer[] writers) =>
        PeerConnection.Map(("ttl", ttl), ("db", "tools"), ("servers", new List<object?>
        {
            Server("ROUTE", [.. routers.Select(peer => peer.Endpoint.ToString())]),
            Server("READ", [.. readers.Select(peer => peer.Endpoint.ToString())]),
            Server("WRITE", [.. writers.Select(peer => peer.Endpoint.ToString())]),
        }));

    private static IReadOnlyDictionary<string, object?> Server(string role, params object?[] addresses) =>
        PeerConnection.Map(("role", role), ("addresses", new List<object?>(addresses)));

    private void Tables(ScriptedPeer[] routers, ScriptedPeer[] readers, ScriptedPeer[] writers)
    {
        var table = Table(300, routers, readers, writers);
        _router.Table = () => table;
    }

    private BoltDriver Driver(string query = "", TimeProvider? time = null, double retrySeconds = 60) => new(
        _router.Options() with
        {
            Address = _router.Address("neo4j", query),
            Database = "tools",
            ReadRetryTime = TimeSpan.FromSeconds(retrySeconds),
            WriteRetryTime = TimeSpan.FromSeconds(retrySeconds),
        },
        time);
}
