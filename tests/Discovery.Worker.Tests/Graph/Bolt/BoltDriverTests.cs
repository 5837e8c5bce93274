using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Bolt;
using Capns.Testing;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

public class BoltDriverTests
{
    private const string Deadlock = "Neo.TransientError.Transaction.DeadlockDetected";

    internal static readonly CypherStatement One = new("RETURN 1 AS x", new Dictionary<string, object?>());

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Read_ThenWrite_UseOneConnectionAndTheBookmarksOfWhatWasWritten()
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(peer.Options() with { Database = "tools" });
        Assert.Equal([[1L]], await driver.ReadAsync(One, None));
        await driver.WriteAsync([One, One], idempotent: false, None);
        await driver.ReadAsync(One, None);

        Assert.Equal(1, peer.Connections);
        Assert.Equal(["HELLO", "LOGON", "RUN", "PULL", "BEGIN", "RUN", "DISCARD", "RUN", "DISCARD", "COMMIT", "RUN", "PULL"], peer.Names);
        var first = peer.Requests[2].Map(2);
        Assert.Equal(("r", "tools", 30_000L), (first["mode"], first["db"], first["tx_timeout"]));
        Assert.False(first.ContainsKey("bookmarks"));
        Assert.False(peer.Requests[4].Map(0).ContainsKey("mode"));
        Assert.Equal("tools", peer.Requests[4].Map(0)["db"]);
        Assert.Equal(["bookmark-10"], (IReadOnlyList<object?>)peer.Requests[10].Map(2)["bookmarks"]!);
    }

    [Fact]
    public async Task Write_TwoBesideEachOther_TheNextWaitsForBoth()
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(peer.Options());
        await driver.TransactAsync(BoltAccess.Write, false, async (_, token) =>
        {
            await driver.WriteAsync([One], false, token);
            return 0;
        }, None);
        await driver.ReadAsync(One, None);
        Assert.Equal(2, ((IReadOnlyList<object?>)peer.Requests.Last(request => request.Name == "RUN").Map(2)["bookmarks"]!).Count);
    }

    [Fact]
    public async Task Read_ServerForgotTheBookmark_ItIsLeftOutTheNextTime()
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(peer.Options() with { ReadRetryTime = TimeSpan.FromSeconds(30) });
        await driver.WriteAsync([One], false, None);
        peer.Answer = (side, request) => request.Name == "RUN" && request.Map(2).ContainsKey("bookmarks")
            ? side.FailureAsync("Neo.TransientError.Transaction.BookmarkTimeout")
            : Task.FromResult(false);
        Assert.Equal([[1L]], await driver.ReadAsync(One, None));
    }

    [Theory]
    [InlineData(Deadlock, true)]
    [InlineData("Neo.TransientError.General.DatabaseUnavailable", true)]
    [InlineData("Neo.ClientError.Cluster.NotALeader", true)]
    [InlineData("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", true)]
    [InlineData("Neo.ClientError.Security.AuthorizationExpired", true)]
    [InlineData("Neo.TransientError.Transaction.Terminated", false)]
    [InlineData("Neo.TransientError.Transaction.LockClientStopped", false)]
    [InlineData("Neo.ClientError.Statement.SyntaxError", false)]
    [InlineData("Neo.ClientError.Security.Unauthorized", false)]
    [InlineData("Neo.DatabaseError.General.UnknownError", false)]
    [InlineData("Neo.ClientError.Transaction.TransactionTimedOut", false)]
    public async Task Write_ServerFailsOnce_IsRepeatedOnlyWhereThatMayHelp(string code, bool repeated)
    {
        foreach (var step in new[] { "BEGIN", "RUN", "COMMIT" })
        {
            await using var peer = new ScriptedPeer();
            await using var driver = new BoltDriver(Patient(peer));
            Once(peer, step, side => side.FailureAsync(code));
            var writing = driver.WriteAsync([One], idempotent: false, None);
            if (repeated)
            {
                await writing;
            }
            else
            {
                Assert.Equal(code, (await Assert.ThrowsAsync<BoltServerException>(() => writing)).Code);
            }

            Assert.Equal(repeated ? 2 : 1, peer.Names.Count(name => name == "BEGIN"));
        }
    }

    [Theory]
    [InlineData("BEGIN", false, true)]
    [InlineData("RUN", false, true)]
    [InlineData("DISCARD", false, true)]
    [InlineData("COMMIT", false, false)]
    [InlineData("COMMIT", true, true)]
    public async Task Write_ConnectionIsCut_IsNeverRepeatedAfterCommitUnlessIdempotent(string step, bool idempotent, bool repeated)
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(Patient(peer));
        Once(peer, step, side => Task.FromResult(side.Cut()));
        var writing = driver.WriteAsync([One], idempotent, None);
        if (repeated)
        {
            await writing;
        }
        else
        {
            Assert.True((await Assert.ThrowsAsync<BoltUnavailableException>(() => writing)).Uncertain);
        }

        Assert.Equal(repeated ? 2 : 1, peer.Names.Count(name => name == "BEGIN"));
    }

    [Theory]
    [InlineData("RUN", false)]
    [InlineData("DISCARD", false)]
    [InlineData("RUN", true)]
    public async Task Run_OutsideATransactionAndCut_IsRepeatedOnlyWhereIdempotent(string step, bool idempotent)
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(Patient(peer));
        peer.Answer = async (side, request) =>
        {
            if (request.Name == "PULL")
            {
                await side.SuccessAsync(PeerConnection.Map(("has_more", true)));
            }

            return request.Name == "PULL";
        };
        Once(peer, step, side => Task.FromResult(side.Cut()));
        var running = driver.RunAsync(One, idempotent, None);
        if (idempotent)
        {
            await running;
        }
        else
        {
            Assert.True((await Assert.ThrowsAsync<BoltUnavailableException>(() => running)).Uncertain);
        }

        Assert.Equal(idempotent ? 2 : 1, peer.Names.Count(name => name == "RUN"));
    }

    [Theory]
    [InlineData("HELLO")]
    [InlineData("LOGON")]
    [InlineData("RUN")]
    [InlineData("PULL")]
    public async Task Read_ConnectionIsCut_IsRepeated(string step)
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(Patient(peer));
        Once(peer, step, side => Task.FromResult(side.Cut()));
        Assert.Equal([[1L]], await driver.ReadAsync(One, None));
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task Read_RowsBeforeAFailure_DoNotCount()
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(Patient(peer));
        Once(peer, "PULL", async side =>
        {
            await side.RecordAsync(7L);
            return await side.FailureAsync(Deadlock);
        });
        Assert.Equal([[1L]], await driver.ReadAsync(One, None));
    }

    [Fact]
    public async Task Write_FailsForLongerThanTheRetryTime_GivesUpWithTheServersCode()
    {
        await using var peer = new ScriptedPeer();
        peer.Answer = (side, request) => request.Name == "RUN" ? side.FailureAsync(Deadlock) : Task.FromResult(false);
        await using var driver = new BoltDriver(peer.Options() with { WriteRetryTime = TimeSpan.FromSeconds(1) });
        Assert.Equal(Deadlock, (await Assert.ThrowsAsync<BoltServerException>(() => driver.WriteAsync([One], true, None))).Code);
        Assert.InRange(peer.Names.Count(name => name == "BEGIN"), 2, 12);
    }

    [Fact]
    public async Task Read_ServerIsSilent_EndsAtTheQueryTimeoutAndClosesTheConnection()
    {
        var time = new ManualTime();
        await using var peer = new ScriptedPeer();
        peer.Answer = (_, request) => Task.FromResult(request.Name is "RUN" or "PULL");
        await using var driver = new BoltDriver(Patient(peer), time);
        var reading = driver.ReadAsync(One, None);
        await Eventually.TrueAsync(() => peer.Names.Contains("PULL"), "the query");
        await BoltHandshakeTests.PassAsync(time, reading);
        var error = await Assert.ThrowsAsync<BoltUnavailableException>(() => reading);
        Assert.False(error.MayRetry);
        Assert.Contains("30000 ms", error.Message, StringComparison.Ordinal);
        peer.Answer = (_, _) => Task.FromResult(false);
        Assert.Equal([[1L]], await driver.ReadAsync(One, None));
        Assert.Equal(2, peer.Connections);
    }

    [Theory]
    [InlineData("RUN", false)]
    [InlineData("COMMIT", true)]
    public async Task Write_ServerIsSilent_EndsAtTheQueryTimeoutAndSaysWhatIsNotKnown(string step, bool uncertain)
    {
        var time = new ManualTime();
        await using var peer = new ScriptedPeer();
        peer.Answer = (_, request) => Task.FromResult(request.Name == step);
        await using var driver = new BoltDriver(Patient(peer), time);
        var writing = driver.WriteAsync([One], true, None);
        await Eventually.TrueAsync(() => peer.Names.Contains(step), step);
        await BoltHandshakeTests.PassAsync(time, writing);
        var error = await Assert.ThrowsAsync<BoltUnavailableException>(() => writing);
        Assert.Equal((uncertain, false), (error.Uncertain, error.MayRetry));
        Assert.Single(peer.Names, "BEGIN");
    }

    [Fact]
    public async Task Read_Cancelled_IsCancelledAndTheNextGetsAnotherConnection()
    {
        await using var peer = new ScriptedPeer();
        var arrived = new TaskCompletionSource();
        peer.Answer = (_, request) =>
        {
            if (request.Name == "PULL")
            {
                arrived.TrySetResult();
            }

            return Task.FromResult(request.Name is "RUN" or "PULL");
        };
        await using var driver = new BoltDriver(peer.Options());
        using var cancel = new CancellationTokenSource();
        var reading = driver.ReadAsync(One, cancel.Token);
        await arrived.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        peer.Answer = (_, _) => Task.FromResult(false);
        Assert.Equal([[1L]], await driver.ReadAsync(One, None));
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task Transact_WorkThrows_IsRolledBackAndTheConnectionUsedAgain()
    {
        await using var peer = new ScriptedPeer();
        await using var driver = new BoltDriver(peer.Options());
        var work = driver.TransactAsync<int>(BoltAccess.Write, false, async (transaction, token) =>
        {
            Assert.Equal([[1L]], await transaction.RunAsync(One, token));
            throw new InvalidOperationException("mine");
        }, None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => work);
        await driver.ReadAsync(One, None);
        Assert.Equal(["BEGIN", "RUN", "PULL", "RESET", "RUN", "PULL"], peer.Names.Skip(2));
        Assert.Equal(1, peer.Connections);
    }

    [Fact]
    public async Task Stream_TheCallerStops_TheConnectionIsResetAndUsedAgain()
    {
        await using var peer = new ScriptedPeer();
        peer.Answer = async (side, request) =>
        {
            if (request.Name == "PULL")
            {
                await side.RecordAsync(1L);
                await side.RecordAsync(2L);
                await side.SuccessAsync(PeerConnection.Map(("has_more", true)));
            }

            return request.Name == "PULL";
        };
        await using var driver = new BoltDriver(peer.Options() with { FetchSize = 2 });
        await foreach (var row in driver.StreamAsync(One, None))
        {
            Assert.Equal([1L], row);
            break;
        }

        await driver.WriteAsync([One], false, None);
        Assert.Contains("RESET", peer.Names);
        Assert.Equal(1, peer.Connections);
    }

    [Fact]
    public async Task Stream_100000Rows_AreHandedOutInPortions()
    {
        await using var peer = new ScriptedPeer();
        var sent = 0L;
        peer.Answer = async (side, request) =>
        {
            if (request.Name != "PULL")
            {
                return false;
            }

            var portion = Enumerable.Range(0, 1000).SelectMany(_ => new byte[] { 0, 4, 0xB1, 0x71, 0x91, (byte)(sent++ & 0x7F), 0, 0 });
            await side.RawAsync([.. portion]);
            await side.SuccessAsync(PeerConnection.Map(("has_more", sent < 100_000)));
            return true;
        };
        await using var driver = new BoltDriver(peer.Options());
        var rows = 0L;
        await foreach (var row in driver.StreamAsync(One, None))
        {
            Assert.Equal(rows++ & 0x7F, row[0]);
        }

        Assert.Equal(100_000, rows);
        Assert.Equal(100, peer.Names.Count(name => name == "PULL"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_ServerChangesParameters_IsAProtocolError(bool changes)
    {
        await using var peer = new ScriptedPeer();
        object? echo = null;
        peer.Answer = async (side, request) =>
        {
            echo = request.Name == "RUN" ? request.Map(1)["echo"] : echo;
            if (request.Name == "PULL")
            {
                await side.RecordAsync(changes ? "it" : echo);
                await side.SuccessAsync();
            }

            return request.Name == "PULL";
        };
        await using var driver = new BoltDriver(peer.Options());
        var verifying = driver.VerifyAsync(None);
        if (changes)
        {
            await Assert.ThrowsAsync<BoltProtocolException>(() => verifying);
        }
        else
        {
            await verifying;
        }
    }

    [Fact]
    public async Task Everything_ThatIsPrinted_HoldsNoSecret()
    {
        await using var peer = new ScriptedPeer();
        var options = peer.Options() with { Auth = new BoltAuth("me", "hidden") };
        await using var driver = new BoltDriver(options);
        foreach (var part in new object[] { driver, options, options.Login, options.Address, options.Address.Auth })
        {
            var text = part.ToString();
            Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal);
            Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
        }

        peer.StopListening();
        peer.DropAll();
        var error = await Assert.ThrowsAsync<BoltUnavailableException>(() => driver.ReadAsync(One, None));
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(options.Address.Endpoint.ToString(), error.Message, StringComparison.Ordinal);
    }

    internal static BoltOptions Patient(ScriptedPeer peer) =>
        peer.Options() with { ReadRetryTime = TimeSpan.FromSeconds(30), WriteRetryTime = TimeSpan.FromSeconds(30) };

    /// <summary>Does something of the test's own the first time that a request arrives; what was scripted before goes on.</summary>
    internal static void Once(ScriptedPeer peer, string step, Func<PeerConnection, Task<bool>> act)
    {
        var before = peer.Answer;
        var done = 0;
        peer.Answer = (side, request) => request.Name == step && Interlocked.Exchange(ref done, 1) == 0 ? act(side) : before(side, request);
    }
}
