using Capns.Discovery.Worker.Graph.Bolt;
using Capns.Testing;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

public class BoltPoolTests
{
    private readonly ManualTime _time = new();

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Read_AllConnectionsStayBusy_NamesTheSettingsAfterTheConnectionTimeout()
    {
        await using var peer = new ScriptedPeer();
        var go = Hold(peer);
        await using var driver = new BoltDriver(peer.Options() with
        {
            MaxConnections = 2,
            ConnectionTimeout = TimeSpan.FromSeconds(5),
            QueryTimeout = TimeSpan.FromHours(1),
        }, _time);
        var busy = new[] { driver.ReadAsync(BoltDriverTests.One, None), driver.ReadAsync(BoltDriverTests.One, None) };
        await Eventually.TrueAsync(() => peer.Names.Count(name => name == "PULL") == 2, "two queries");

        var third = driver.ReadAsync(BoltDriverTests.One, None);
        await BoltHandshakeTests.PassAsync(_time, third);
        var error = await Assert.ThrowsAsync<BoltUnavailableException>(() => third);
        Assert.Contains("None of the 2 connections (NEO4J_MAX_CONNECTIONS)", error.Message, StringComparison.Ordinal);
        Assert.Contains("within 5000 ms (NEO4J_CONNECTION_TIMEOUT)", error.Message, StringComparison.Ordinal);
        Assert.False(error.MayRetry);

        var fourth = driver.ReadAsync(BoltDriverTests.One, None);
        go.SetResult();
        await Task.WhenAll([.. busy, fourth]);
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task Read_CancelledWhileItWaitsForATurn_TakesNone()
    {
        await using var peer = new ScriptedPeer();
        var go = Hold(peer);
        await using var driver = new BoltDriver(peer.Options() with { MaxConnections = 1 }, _time);
        var busy = driver.ReadAsync(BoltDriverTests.One, None);
        await Eventually.TrueAsync(() => peer.Names.Contains("PULL"), "a query");
        using var cancel = new CancellationTokenSource();
        var waiting = driver.ReadAsync(BoltDriverTests.One, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        go.SetResult();
        await busy;
        await driver.ReadAsync(BoltDriverTests.One, None);
        Assert.Equal(1, peer.Connections);
    }

    [Fact]
    public async Task Read_ManyAtATime_NeverOpensMoreThanTheBound()
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(peer.Options() with { MaxConnections = 3 });
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => driver.ReadAsync(BoltDriverTests.One, None)));
        Assert.InRange(peer.Connections, 1, 3);
        Assert.Equal(200, peer.Names.Count(name => name == "RUN"));
    }

    [Fact]
    public async Task Read_FailedOpens_GiveTheirTurnBack()
    {
        await using var peer = new ScriptedPeer();
        peer.Answer = (side, request) => Task.FromResult(request.Name == "HELLO" && side.Cut());
        await using var driver = new BoltDriver(peer.Options() with { MaxConnections = 1 });
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<BoltUnavailableException>(() => driver.ReadAsync(BoltDriverTests.One, None));
        }

        peer.Answer = (_, _) => Task.FromResult(false);
        Assert.Equal([[1L]], await driver.ReadAsync(BoltDriverTests.One, None));
    }

    [Theory]
    [InlineData(29, false)]
    [InlineData(30, true)]
    public async Task Read_AfterIdling_IsPrecededByAResetFromTheBoundOn(int seconds, bool reset)
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(peer.Options(), _time);
        await driver.ReadAsync(BoltDriverTests.One, None);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await driver.ReadAsync(BoltDriverTests.One, None);
        Assert.Equal(reset, peer.Names.Contains("RESET"));
        Assert.Equal(1, peer.Connections);
    }

    [Fact]
    public async Task Read_ConnectionDiedWhileIdle_IsReplacedUnseen()
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(peer.Options(), _time);
        await driver.ReadAsync(BoltDriverTests.One, None);
        _time.Advance(TimeSpan.FromSeconds(31));
        BoltDriverTests.Once(peer, "RESET", side => Task.FromResult(side.Cut()));
        Assert.Equal([[1L]], await driver.ReadAsync(BoltDriverTests.One, None));
        Assert.Equal(2, peer.Connections);
    }

    [Theory]
    [InlineData(59, 1)]
    [InlineData(60, 2)]
    public async Task Read_ConnectionReachesItsLifetime_IsReplaced(int minutes, int connections)
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(peer.Options(), _time);
        await driver.ReadAsync(BoltDriverTests.One, None);
        _time.Advance(TimeSpan.FromMinutes(minutes));
        await driver.ReadAsync(BoltDriverTests.One, None);
        Assert.Equal(connections, peer.Connections);
    }

    [Fact]
    public async Task Read_AfterAnotherConnectionWasLost_AsksIdleOnesWhetherTheyLive()
    {
        await using var peer = new ScriptedPeer();
        var go = Hold(peer);
        await using var driver = new BoltDriver(peer.Options());
        var two = new[] { driver.ReadAsync(BoltDriverTests.One, None), driver.ReadAsync(BoltDriverTests.One, None) };
        await Eventually.TrueAsync(() => peer.Names.Count(name => name == "PULL") == 2, "two queries");
        go.SetResult();
        await Task.WhenAll(two);
        BoltDriverTests.Once(peer, "RUN", side => Task.FromResult(side.Cut()));
        await Assert.ThrowsAsync<BoltUnavailableException>(() => driver.ReadAsync(BoltDriverTests.One, None));
        await driver.ReadAsync(BoltDriverTests.One, None);
        Assert.Equal(["RESET", "RUN", "PULL"], peer.Names.TakeLast(3));
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task Read_LoginExpired_LogsInAgainOnTheSameConnection()
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(BoltDriverTests.Patient(peer));
        BoltDriverTests.Once(peer, "RUN", side => side.FailureAsync("Neo.ClientError.Security.AuthorizationExpired"));
        Assert.Equal([[1L]], await driver.ReadAsync(BoltDriverTests.One, None));
        Assert.Equal(["RESET", "LOGOFF", "LOGON", "RUN", "PULL"], peer.Names.TakeLast(5));
        Assert.Equal(1, peer.Connections);
    }

    [Fact]
    public async Task Read_LoginExpiredOn44_OpensAnotherConnection()
    {
        await using var peer = new ScriptedPeer { Handshake = [0, 0, 4, 4], Dialect = new PackStreamDialect(false, false, false) };
        await using var driver = new BoltDriver(BoltDriverTests.Patient(peer));
        BoltDriverTests.Once(peer, "RUN", side => side.FailureAsync("Neo.ClientError.Security.AuthorizationExpired"));
        Assert.Equal([[1L]], await driver.ReadAsync(BoltDriverTests.One, None));
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task Dispose_SaysGoodbyeOnIdleConnectionsAndTakesNoMoreWork()
    {
        await using var peer = new ScriptedPeer();
        var driver = new BoltDriver(peer.Options());
        await driver.ReadAsync(BoltDriverTests.One, None);
        await driver.DisposeAsync();
        await Eventually.TrueAsync(() => peer.Names[^1] == "GOODBYE", "GOODBYE");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => driver.ReadAsync(BoltDriverTests.One, None));
    }

    private static TaskCompletionSource Hold(ScriptedPeer peer)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        peer.Answer = async (_, request) =>
        {
            if (request.Name == "PULL")
            {
                await go.Task;
            }

            return false;
        };
        return go;
    }
}
