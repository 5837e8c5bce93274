using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Bolt;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

public class BoltConnectionTests
{
    private static readonly BoltBegin Begin =
        new(BoltAccess.Read, "example_database", ["example-bookmark:1"], TimeSpan.FromMilliseconds(123));

    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(4, 3)]
    [InlineData(4, 4)]
    [InlineData(5, 0)]
    public async Task Open_Before51_LogsInWithHello(byte major, byte minor)
    {
        await using var peer = Peer(major, minor);
        await using var connection = await OpenAsync(peer);
        var hello = Assert.Single(peer.Requests).Map(0);
        Assert.Equal((BoltOptions.UserAgent, "basic"), (hello["user_agent"], hello["scheme"]));
        Assert.Equal(("neo4j", "s3cret"), (hello["principal"], hello["credentials"]));
        Assert.Equal(major == 4 && minor >= 3, hello.ContainsKey("patch_bolt"));
        Assert.False(hello.ContainsKey("routing"));
    }

    [Theory]
    [InlineData(5, 1, false)]
    [InlineData(5, 3, true)]
    [InlineData(5, 8, true)]
    [InlineData(6, 0, true)]
    public async Task Open_From51_LogsInWithLogon(byte major, byte minor, bool agent)
    {
        await using var peer = Peer(major, minor);
        await using var connection = await OpenAsync(peer);
        Assert.Equal(["HELLO", "LOGON"], peer.Names);
        Assert.False(peer.Requests[0].Map(0).ContainsKey("credentials"));
        Assert.Equal(agent, peer.Requests[0].Map(0).ContainsKey("bolt_agent"));
        Assert.Equal("s3cret", peer.Requests[1].Map(0)["credentials"]);
    }

    [Fact]
    public async Task Open_WithoutALogin_UsesTheSchemeNone()
    {
        await using var peer = new ScriptedPeer();
        await using var connection = await BoltConnection.OpenAsync(peer.Endpoint, peer.Options() with { Auth = BoltAuth.None }, None);
        Assert.Equal(new Dictionary<string, object?> { ["scheme"] = "none" }, peer.Requests[1].Map(0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_44_TimesFollowWhatTheServerAcknowledged(bool acknowledged)
    {
        await using var peer = Peer(4, 4);
        peer.Answer = async (side, request) =>
        {
            if (request.Name == "HELLO" && acknowledged)
            {
                peer.Dialect = new PackStreamDialect(false, UtcTimes: true, false);
                await side.SuccessAsync(PeerConnection.Map(("patch_bolt", new[] { "utc" })));
                return true;
            }

            if (request.Name == "PULL")
            {
                await side.RecordAsync(new BoltDateTime(4500, 42, 3600));
                await side.SuccessAsync();
                return true;
            }

            return false;
        };
        await using var connection = await OpenAsync(peer);
        var parameters = new Dictionary<string, object?> { ["at"] = new BoltDateTime(7, 0, 60) };
        var result = await connection.RunAsync(new CypherStatement("RETURN $at", parameters), Begin, 10, None);
        Assert.Equal(new BoltDateTime(4500, 42, 3600), (await result.ReadAsync(None))![0]);
        Assert.Equal(new BoltDateTime(7, 0, 60), peer.Requests.Single(request => request.Name == "RUN").Map(1)["at"]);
    }

    [Fact]
    public async Task Run_CarriesTextParametersAndWhatTheTransactionIsBegunWith()
    {
        await using var peer = new ScriptedPeer();
        await using var connection = await OpenAsync(peer);
        var statement = new CypherStatement("RETURN $x AS x", new Dictionary<string, object?> { ["x"] = 123L });
        var result = await connection.RunAsync(statement, Begin, 1000, None);
        Assert.Equal(["x"], result.Fields);
        Assert.Equal([1L], await result.ReadAsync(None));
        Assert.Null(await result.ReadAsync(None));
        Assert.Equal("r", result.Summary!["type"]);
        var run = peer.Requests.Single(request => request.Name == "RUN");
        Assert.Equal("RETURN $x AS x", run.Fields[0]);
        Assert.Equal(123L, run.Map(1)["x"]);
        Assert.Equal(("r", "example_database", 123L), (run.Map(2)["mode"], run.Map(2)["db"], run.Map(2)["tx_timeout"]));
        Assert.Equal(["example-bookmark:1"], (IReadOnlyList<object?>)run.Map(2)["bookmarks"]!);
        Assert.Equal(1000L, peer.Requests.Single(request => request.Name == "PULL").Map(0)["n"]);
        Assert.True(connection.Clean);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(ushort.MaxValue)]
    public async Task Run_AnswersInChunksAndPacketsOfAnySizeWithNoopsBetween_AreRead(int chunk)
    {
        await using var peer = new ScriptedPeer { ChunkBytes = chunk };
        peer.Answer = async (side, request) =>
        {
            await side.RawAsync(0, 0, 0, 0);
            if (request.Name != "PULL")
            {
                return false;
            }

            await side.RecordAsync("first");
            await side.RawAsync(0, 0);
            await side.RecordAsync("second");
            await side.RawAsync(0, 0, 0, 0, 0, 0);
            await side.SuccessAsync();
            return true;
        };
        await using var connection = await OpenAsync(peer);
        var result = await RunAsync(connection);
        Assert.Equal(["first"], await result.ReadAsync(None));
        Assert.Equal(["second"], await result.ReadAsync(None));
        Assert.Null(await result.ReadAsync(None));
    }

    [Fact]
    public async Task Run_TextsOf300KB_TravelBothWays()
    {
        var text = string.Concat(Enumerable.Repeat("Größenmaßstab ", 22_000));
        await using var peer = new ScriptedPeer();
        peer.Answer = async (side, request) =>
        {
            if (request.Name == "PULL")
            {
                await side.RecordAsync(text);
                await side.SuccessAsync();
            }

            return request.Name == "PULL";
        };
        await using var connection = await OpenAsync(peer);
        var statement = new CypherStatement(text, new Dictionary<string, object?> { ["text"] = text });
        var result = await connection.RunAsync(statement, null, 1, None);
        Assert.Equal(text, peer.Requests.Single(request => request.Name == "RUN").Fields[0]);
        Assert.Equal(text, peer.Requests.Single(request => request.Name == "RUN").Map(1)["text"]);
        Assert.Equal([text], await result.ReadAsync(None));
    }

    [Fact]
    public async Task Read_MoreRowsThanAPortion_AsksForTheNextOnlyWhenTheyWereRead()
    {
        await using var peer = new ScriptedPeer();
        var sent = 0L;
        peer.Answer = async (side, request) =>
        {
            if (request.Name != "PULL")
            {
                return false;
            }

            for (var i = 0L; i < (long)request.Map(0)["n"]! && sent < 25; i++)
            {
                await side.RecordAsync(sent++);
            }

            await side.SuccessAsync(sent < 25 ? PeerConnection.Map(("has_more", true)) : null);
            return true;
        };
        await using var connection = await OpenAsync(peer);
        var result = await connection.RunAsync(BoltDriverTests.One, Begin, 10, None);
        for (var i = 0L; i < 10; i++)
        {
            Assert.Equal([i], await result.ReadAsync(None));
        }

        Assert.Single(peer.Names, "PULL");
        Assert.Equal([10L], await result.ReadAsync(None));
        for (var i = 11L; i < 25; i++)
        {
            Assert.Equal([i], await result.ReadAsync(None));
        }

        Assert.Null(await result.ReadAsync(None));
        Assert.Equal(3, peer.Names.Count(name => name == "PULL"));
    }

    [Fact]
    public async Task Discard_AfterSomeRows_ThrowsTheOthersAwayAtTheServer()
    {
        await using var peer = new ScriptedPeer();
        peer.Answer = async (side, request) =>
        {
            if (request.Name != "PULL")
            {
                return false;
            }

            await side.RecordAsync(1L);
            await side.RecordAsync(2L);
            await side.SuccessAsync(PeerConnection.Map(("has_more", true)));
            return true;
        };
        await using var connection = await OpenAsync(peer);
        var result = await connection.RunAsync(BoltDriverTests.One, Begin, 2, None);
        Assert.Equal([1L], await result.ReadAsync(None));
        await result.DiscardAsync(None);
        Assert.Equal(-1L, peer.Requests[^1].Map(0)["n"]);
        Assert.Equal("DISCARD", peer.Requests[^1].Name);
        Assert.True(connection.Clean);
        Assert.Null(await result.ReadAsync(None));
    }

    [Fact]
    public async Task Reset_AfterAFailureWithMoreUnderWay_ReadsPastTheIgnoredAnswers()
    {
        await using var peer = new ScriptedPeer();
        var runs = 0;
        peer.Answer = (side, request) => request.Name == "RUN" && ++runs == 2
            ? side.FailureAsync("Neo.ClientError.Statement.SyntaxError")
            : Task.FromResult(false);
        await using var connection = await OpenAsync(peer);
        CypherStatement[] statements = [BoltDriverTests.One, BoltDriverTests.One, BoltDriverTests.One];

        var error = await Assert.ThrowsAsync<BoltServerException>(() => connection.RunAllAsync(statements, Begin, None));

        Assert.Equal("Neo.ClientError.Statement.SyntaxError", error.Code);
        Assert.False(connection.Broken);
        Assert.False(connection.Clean);
        await connection.ResetAsync(None);
        Assert.True(connection.Clean);
        Assert.Equal([1L], await (await RunAsync(connection)).ReadAsync(None));
    }

    [Theory]
    [InlineData(5, 6, "code", "Neo.X", "Neo.X")]
    [InlineData(5, 7, "neo4j_code", "Neo.X", "Neo.X")]
    [InlineData(6, 0, "neo4j_code", "Neo.X", "Neo.X")]
    [InlineData(5, 7, "code", "Neo.X", "Unknown")]
    public async Task Failure_CodeIsReadFromTheFieldOfItsVersion(byte major, byte minor, string key, string code, string seen)
    {
        await using var peer = Peer(major, minor);
        peer.Answer = (side, request) => request.Name == "RUN" ? side.FailureAsync(code, key) : Task.FromResult(false);
        await using var connection = await OpenAsync(peer);
        Assert.Equal(seen, (await Assert.ThrowsAsync<BoltServerException>(() => RunAsync(connection))).Code);
    }

    [Theory]
    [InlineData(4, 4, "HELLO")]
    [InlineData(5, 4, "HELLO")]
    [InlineData(5, 4, "LOGON")]
    public async Task Open_LoginIsRefused_SaysTheServersCodeAndNeverTheSecret(byte major, byte minor, string step)
    {
        await using var peer = Peer(major, minor);
        peer.Answer = async (side, request) =>
            request.Name == step && await side.FailureAsync("Neo.ClientError.Security.Unauthorized") && side.Cut();
        var error = await Assert.ThrowsAsync<BoltServerException>(() => OpenAsync(peer));
        Assert.True(error.Unauthorized);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HELLO")]
    [InlineData("LOGON")]
    [InlineData("BEGIN")]
    [InlineData("RUN")]
    [InlineData("PULL")]
    [InlineData("COMMIT")]
    [InlineData("ROLLBACK")]
    [InlineData("RESET")]
    [InlineData("ROUTE")]
    public async Task EachStep_ConnectionIsCut_IsUnavailable(string step)
    {
        await using var peer = new ScriptedPeer();
        peer.Answer = (side, request) => Task.FromResult(request.Name == step && side.Cut());
        var error = await Assert.ThrowsAsync<BoltUnavailableException>(() => AllStepsAsync(peer));
        Assert.True(error.MayRetry);
    }

    [Theory]
    [InlineData("HELLO")]
    [InlineData("LOGON")]
    [InlineData("BEGIN")]
    [InlineData("RUN")]
    [InlineData("PULL")]
    [InlineData("COMMIT")]
    [InlineData("ROLLBACK")]
    [InlineData("RESET")]
    [InlineData("ROUTE")]
    public async Task EachStep_ServerFails_SaysTheServersCode(string step)
    {
        await using var peer = new ScriptedPeer();
        peer.Answer = (side, request) => request.Name == step ? side.FailureAsync($"Neo.DatabaseError.{step}") : Task.FromResult(false);
        var error = await Assert.ThrowsAsync<BoltServerException>(() => AllStepsAsync(peer));
        Assert.Equal($"Neo.DatabaseError.{step}", error.Code);
    }

    [Theory]
    [InlineData("00 03 B1 70 C0 00 00")]           // SUCCESS without a map
    [InlineData("00 03 B1 71 90 00 00")]           // a row without its column
    [InlineData("00 02 B0 7E 00 00")]              // ignored without a failure
    [InlineData("00 01 42 00 00")]
    [InlineData("00 03 B1 7F A0 00 01 00 00 00")]  // bytes behind the message
    public async Task Pull_AnswerIsMalformed_BreaksTheConnectionWithTheDocumentedError(string bytes)
    {
        await using var peer = new ScriptedPeer();
        peer.Answer = async (side, request) => request.Name == "PULL" && await side.RawAsync(PackStreamTests.Bytes(bytes));
        await using var connection = await OpenAsync(peer);
        var result = await RunAsync(connection);
        await Assert.ThrowsAsync<BoltProtocolException>(() => result.ReadAsync(None).AsTask());
        Assert.True(connection.Broken);
    }

    [Fact]
    public async Task Pull_MessageNeverEnds_IsRefusedAtTheLimit()
    {
        await using var peer = new ScriptedPeer();
        var sent = 0;
        peer.Answer = async (side, request) =>
        {
            for (byte[] chunk = [0xFF, 0xFF, .. new byte[0xFFFF]]; request.Name == "PULL"; sent++)
            {
                await side.RawAsync(chunk);
            }

            return false;
        };
        var options = peer.Options() with { MaxMessageBytes = 1024 * 1024 };
        await using var connection = await BoltConnection.OpenAsync(peer.Endpoint, options, None);
        var result = await RunAsync(connection);
        var error = await Assert.ThrowsAsync<BoltProtocolException>(() => result.ReadAsync(None).AsTask());
        Assert.Contains("1048576", error.Message, StringComparison.Ordinal);
        Assert.True(connection.Broken);
    }

    [Fact]
    public async Task Queue_ParameterThatCannotBeSent_LeavesTheConnectionUsable()
    {
        await using var peer = new ScriptedPeer();
        await using var connection = await OpenAsync(peer);
        var wrong = new CypherStatement("RETURN $x", new Dictionary<string, object?> { ["x"] = new object() });
        await Assert.ThrowsAsync<ArgumentException>(() => connection.RunAsync(wrong, Begin, 1, None));
        await Assert.ThrowsAsync<ArgumentException>(() => connection.RunAllAsync([BoltDriverTests.One, wrong], Begin, None));
        await connection.ResetAsync(None);
        Assert.Equal([1L], await (await RunAsync(connection)).ReadAsync(None));
        Assert.DoesNotContain("BEGIN", peer.Names);
    }

    [Fact]
    public async Task RunAll_ManyStatements_GoTogetherAndInOrder()
    {
        await using var peer = new ScriptedPeer();
        await using var connection = await OpenAsync(peer);
        var statements = Enumerable.Range(0, 40).Select(i => new CypherStatement($"RETURN {i}", BoltDriverTests.One.Parameters)).ToList();
        await connection.RunAllAsync(statements, Begin, None);
        Assert.NotNull(await connection.CommitAsync(None));
        Assert.Equal(statements.Select(one => one.Text), peer.Requests.Where(one => one.Name == "RUN").Select(one => one.Fields[0]));
        Assert.Equal(40, peer.Names.Count(name => name == "DISCARD"));
        Assert.Equal(["HELLO", "LOGON", "BEGIN"], peer.Names.Take(3));
        Assert.True(connection.Clean);
    }

    [Theory]
    [InlineData(5, 0, false)]
    [InlineData(5, 1, true)]
    public async Task Reauthenticate_From51_LogsOffAndOn(byte major, byte minor, bool can)
    {
        await using var peer = Peer(major, minor);
        await using var connection = await OpenAsync(peer);
        Assert.Equal(can, await connection.ReauthenticateAsync(new BoltAuth("other", "secret"), None));
        Assert.Equal(can ? ["HELLO", "LOGON", "LOGOFF", "LOGON"] : ["HELLO"], peer.Names);
    }

    [Fact]
    public async Task Dispose_SaysGoodbye()
    {
        await using var peer = new ScriptedPeer();
        await (await OpenAsync(peer)).DisposeAsync();
        await Capns.Testing.Eventually.TrueAsync(() => peer.Names[^1] == "GOODBYE", "GOODBYE");
    }

    private static ScriptedPeer Peer(byte major, byte minor) =>
        new() { Handshake = [0, 0, minor, major], Dialect = PackStreamDialect.Of(new BoltVersion(major, minor), false) };

    private static Task<BoltConnection> OpenAsync(ScriptedPeer peer) => BoltConnection.OpenAsync(peer.Endpoint, peer.Options(), None);

    private static Task<BoltResult> RunAsync(BoltConnection connection) => connection.RunAsync(BoltDriverTests.One, Begin, 1000, None);

    private static async Task AllStepsAsync(ScriptedPeer peer)
    {
        await using var connection = await OpenAsync(peer);
        await connection.BeginAsync(Begin, None);
        var result = await connection.RunAsync(BoltDriverTests.One, null, 1, None);
        while (await result.ReadAsync(None) is not null)
        {
        }

        await connection.CommitAsync(None);
        await connection.BeginAsync(Begin, None);
        await connection.RollbackAsync(None);
        await connection.ResetAsync(None);
        await connection.RouteAsync(peer.Options(), None);
    }
}
