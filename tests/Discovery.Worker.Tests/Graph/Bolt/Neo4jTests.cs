using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Bolt;
using Capns.Testing;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

/// <summary>The client against a real Neo4j, named as <see cref="Neo4jFactAttribute"/> says. Each test leaves nothing behind.</summary>
[Collection(Neo4jServer.Name)]
public sealed class Neo4jTests : IAsyncLifetime
{
    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly List<BoltDriver> _drivers = [];

    private static CancellationToken None => CancellationToken.None;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Driver().WriteAsync([Query("MATCH (n:BoltTest {run: $run}) DETACH DELETE n")], true, None);
        foreach (var driver in _drivers)
        {
            await driver.DisposeAsync();
        }
    }

    [Neo4jFact]
    public async Task Verify_RealServer_LeavesParametersAlone() => await Driver().VerifyAsync(None);

    [Neo4jFact]
    public async Task Read_OverEachVersionThatTheServerSpeaks_GivesTheSame()
    {
        var spoken = new List<BoltVersion>();
        foreach (var version in BoltVersion.All)
        {
            var driver = Driver(Options() with { OnlyVersion = version });
            var query = Query("RETURN 1, 'a', [true, null], {k: 1.5}, datetime('2020-06-01T12:00:00+02:00'), point({x: 1, y: 2})");
            try
            {
                var row = Assert.Single(await driver.ReadAsync(query, None));
                Assert.Equal([1L, "a"], row.Take(2));
                Assert.Equal(new List<object?> { true, null }, row[2]);
                Assert.Equal(1.5, ((IReadOnlyDictionary<string, object?>)row[3]!)["k"]);
                Assert.Equal(new BoltDateTime(1_591_005_600, 0, 7200), row[4]);
                Assert.Equal(new BoltPoint2D(7203, 1, 2), row[5]);
                await driver.WriteAsync([Query("CREATE (:BoltTest {run: $run})")], false, None);
                spoken.Add(version);
            }
            catch (BoltProtocolException exception) when (exception.Message.Contains("speaks no version", StringComparison.Ordinal))
            {
                // One that this server does not have.
            }
        }

        Assert.NotEmpty(spoken);
        var count = await Driver().ReadAsync(Query("MATCH (n:BoltTest {run: $run}) RETURN count(n)"), None);
        Assert.Equal((long)spoken.Count, count[0][0]);
    }

    [Neo4jFact]
    public async Task Parameters_OfEveryKind_ComeBackTheSame()
    {
        object?[] values =
        [
            null, true, long.MinValue, long.MaxValue, -17L, 1.5, double.Epsilon, "it's \\ \"x\" \0 Größe 𝄞", new string('x', 300_000),
            new List<object?> { 1L, "a", null }, new BoltDate(-1), new BoltTime(1, 3600), new BoltLocalTime(86_399_999_999_999),
            new BoltDateTime(4500, 42, 3600), new BoltZonedDateTime(4500, 42, "Europe/Paris"), new BoltLocalDateTime(-1, 1),
            new BoltDuration(1, 2, 3, 4), new BoltPoint2D(4326, 1, 2), new BoltPoint3D(9157, 1, 2, 3),
        ];
        foreach (var value in values)
        {
            var rows = await Driver().ReadAsync(new CypherStatement("RETURN $v", new Dictionary<string, object?> { ["v"] = value }), None);
            Assert.Equal(value, rows[0][0]);
        }
    }

    [Neo4jFact]
    public async Task Elements_NodeRelationshipAndPath_AreRead()
    {
        var driver = Driver();
        var create = Query("CREATE p = (a:BoltTest {run: $run, n: 1})-[r:NEXT {w: 2}]->(b:BoltTest {run: $run, n: 3}) RETURN a, r, p");
        var rows = await driver.TransactAsync(BoltAccess.Write, false, (transaction, token) => transaction.RunAsync(create, token), None);
        var (node, edge, path) = ((BoltNode)rows[0][0]!, (BoltRelationship)rows[0][1]!, (BoltPath)rows[0][2]!);
        Assert.Equal(["BoltTest"], node.Labels);
        Assert.Equal(1L, node.Properties["n"]);
        Assert.Equal(("NEXT", node.Id, node.ElementId), (edge.Type, edge.StartId, edge.StartElementId));
        Assert.Equal([1L, 1L], path.Indices);
    }

    [Neo4jFact]
    public async Task Read_WrongPassword_IsUnauthorizedAndNamesNoSecret()
    {
        var driver = Driver(Options() with { Auth = new BoltAuth(Options().Login.User, "wrong-secret") });
        var error = await Assert.ThrowsAsync<BoltServerException>(() => driver.ReadAsync(Query("RETURN 1"), None));
        Assert.True(error.Unauthorized, error.Code);
        Assert.DoesNotContain("wrong-secret", error.ToString(), StringComparison.Ordinal);
        await using var cypher = new BoltCypher(Driver(Options() with { Auth = new BoltAuth(Options().Login.User, "wrong-secret") }));
        await Assert.ThrowsAsync<GraphAwayException>(() => cypher.ReadAsync(Query("RETURN 1"), None));
    }

    [Neo4jFact]
    public async Task Transact_WorkFails_LeavesNothingAndNothingIsSeenBeforeCommit()
    {
        var (driver, other) = (Driver(), Driver());
        var work = driver.TransactAsync<int>(BoltAccess.Write, false, async (transaction, token) =>
        {
            await transaction.RunAsync(Query("CREATE (:BoltTest {run: $run})"), token);
            Assert.Equal(0L, await CountAsync(other));
            throw new InvalidOperationException("mine");
        }, None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => work);
        Assert.Equal(0L, await CountAsync(driver));
        var wrong = new[] { Query("CREATE (:BoltTest {run: $run})"), Query("THIS IS NO CYPHER"), Query("CREATE (:BoltTest {run: $run})") };
        var error = await Assert.ThrowsAsync<BoltServerException>(() => driver.WriteAsync(wrong, true, None));
        Assert.Equal("Neo.ClientError.Statement.SyntaxError", error.Code);
        Assert.Equal(0L, await CountAsync(driver));
        await driver.WriteAsync([wrong[0]], true, None);
        Assert.Equal(1L, await CountAsync(driver));
    }

    [Neo4jFact]
    public async Task Read_AWritingQuery_IsRefused() =>
        await Assert.ThrowsAsync<BoltServerException>(() => Driver().ReadAsync(Query("CREATE (:BoltTest {run: $run})"), None));

    [Neo4jFact]
    public async Task Read_LongerThanTheQueryTimeout_EndsAndTheDriverGoesOn()
    {
        var driver = Driver(Options() with { QueryTimeout = TimeSpan.FromSeconds(1) });
        var error = await Assert.ThrowsAnyAsync<BoltException>(() => driver.ReadAsync(
            Query("UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a * b AS c WHERE c < 0 RETURN count(c)"), None));
        Assert.True(error is BoltUnavailableException || error.Message.Contains("TimedOut", StringComparison.Ordinal), error.Message);
        Assert.Equal([[1L]], await driver.ReadAsync(Query("RETURN 1"), None));
    }

    [Neo4jFact]
    public async Task Read_Cancelled_EndsAndTheDriverGoesOn()
    {
        var driver = Driver();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => driver.ReadAsync(
            Query("UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a * b AS c WHERE c < 0 RETURN count(c)"), cancel.Token));
        Assert.Equal([[1L]], await driver.ReadAsync(Query("RETURN 1"), None));
    }

    [Neo4jFact]
    public async Task ReadAndStream_100000Rows_AllArrive()
    {
        var driver = Driver();
        var query = Query("UNWIND range(1, 100000) AS i RETURN i, toString(i), [i]");
        var rows = await driver.ReadAsync(query, None);
        Assert.Equal(100_000, rows.Count);
        Assert.Equal(5_000_050_000L, rows.Sum(row => (long)row[0]!));
        var streamed = 0L;
        await foreach (var row in driver.StreamAsync(query, None))
        {
            Assert.Equal((++streamed).ToString(), row[1]);
        }

        Assert.Equal(100_000L, streamed);
    }

    [Neo4jFact]
    public async Task Transact_TwoLockEachOtherOut_BothSucceedInTheEnd()
    {
        var driver = Driver();
        await driver.WriteAsync([Query("UNWIND ['a', 'b'] AS name CREATE (:BoltTest {run: $run, name: name, n: 0})")], false, None);
        var locked = new CountdownEvent(2);
        var attempts = 0;
        await Task.WhenAll(Cross("a", "b"), Cross("b", "a"));
        var sums = await driver.ReadAsync(Query("MATCH (n:BoltTest {run: $run}) RETURN n.n"), None);
        Assert.Equal([[2L], [2L]], sums);
        Assert.True(attempts >= 3, $"{attempts} attempts");

        Task<int> Cross(string first, string second) => driver.TransactAsync(BoltAccess.Write, false, async (transaction, token) =>
        {
            var attempt = Interlocked.Increment(ref attempts);
            await transaction.RunAsync(Add(first), token);
            if (attempt <= 2)
            {
                locked.Signal();
            }

            await Eventually.TrueAsync(() => locked.IsSet, "both to hold their first lock");
            await transaction.RunAsync(Add(second), token);
            return attempt;
        }, None);

        CypherStatement Add(string name) => new(
            "MATCH (n:BoltTest {run: $run, name: $name}) SET n.n = n.n + 1",
            new Dictionary<string, object?> { ["run"] = _run, ["name"] = name });
    }

    [Neo4jFact]
    public async Task Write_200IncrementsAtATime_AllCount()
    {
        var driver = Driver();
        await driver.WriteAsync([Query("CREATE (:BoltTest {run: $run, n: 0})")], false, None);
        var increment = Query("MATCH (n:BoltTest {run: $run}) SET n.n = n.n + 1");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => driver.WriteAsync([increment], false, None)));
        Assert.Equal([[200L]], await driver.ReadAsync(Query("MATCH (n:BoltTest {run: $run}) RETURN n.n"), None));
    }

    [Neo4jFact]
    public async Task Route_OfTheServer_IsUnderstood()
    {
        var options = Options();
        options = options with { Address = options.Address with { Routing = true } };
        await using var connection = await BoltConnection.OpenAsync(options.Address.Endpoint, options, None);
        var answer = await connection.RouteAsync(options, None);
        var table = (IReadOnlyDictionary<string, object?>)answer["rt"]!;
        var parsed = BoltRoutingTable.Parse(table["ttl"], table["servers"]);
        Assert.NotEmpty(parsed.Writers);
        if (parsed.Writers[0].Port == options.Address.Endpoint.Port)
        {
            var driver = Driver(options);
            Assert.Equal([[1L]], await driver.ReadAsync(Query("RETURN 1"), None));
            await driver.WriteAsync([Query("CREATE (:BoltTest {run: $run})")], false, None);
        }
    }

    [Neo4jFact]
    public async Task Load_ConnectionsAreCutAgainAndAgain_NothingFailsAndEachWriteCountsOnce()
    {
        var options = Options();
        await using var proxy = new CuttingProxy(options.Address.Endpoint);
        var driver = Driver(options with { Address = options.Address with { Endpoint = proxy.Endpoint } });
        await LoadAsync(driver, async observer =>
        {
            for (var cut = 0; cut < 5; cut++)
            {
                await MoreAsync(observer);
                proxy.Cut();
            }
        });
    }

    [Neo4jFact(Needs = "CAPNS_TEST_NEO4J_RESTART")]
    public async Task Load_ServerIsRestarted_NothingFailsAndEachWriteCountsOnce() => await LoadAsync(Driver(), async observer =>
    {
        using var restart = Process.Start("bash", ["-c", Environment.GetEnvironmentVariable("CAPNS_TEST_NEO4J_RESTART")!]);
        await restart.WaitForExitAsync(None);
        Assert.Equal(0, restart.ExitCode);
        await MoreAsync(observer);
    });

    [Neo4jFact(Needs = "CAPNS_TEST_NEO4J_TLS")]
    public async Task Tls_SelfSigned_IsTakenOnlyWhereAnyCertificateWillDoOrItsRootIsPinned()
    {
        var options = Options("CAPNS_TEST_NEO4J_TLS");
        var any = options with { Address = options.Address with { Encryption = BoltEncryption.Any } };
        Assert.Equal([[1L]], await Driver(any).ReadAsync(Query("RETURN 1"), None));
        var trusted = options with { Address = options.Address with { Encryption = BoltEncryption.Trusted } };
        await Assert.ThrowsAsync<BoltUnavailableException>(() => Driver(trusted).ReadAsync(Query("RETURN 1"), None));
        if (Environment.GetEnvironmentVariable("CAPNS_TEST_NEO4J_ROOT") is { Length: > 0 } root)
        {
            X509Certificate2Collection roots = [X509CertificateLoader.LoadCertificateFromFile(root)];
            Assert.Equal([[1L]], await Driver(trusted with { TrustedRoots = roots }).ReadAsync(Query("RETURN 1"), None));
        }
    }

    // Eight workers read and MERGE numbered nodes while something happens. With the constraint, a repeated MERGE does no harm even while
    // the server is still busy with the first.
    private async Task LoadAsync(BoltDriver driver, Func<BoltDriver, Task> happening)
    {
        var observer = Driver();
        const string Constraint = "CREATE CONSTRAINT bolt_test_key IF NOT EXISTS FOR (n:BoltTest) REQUIRE n.key IS UNIQUE";
        await observer.RunAsync(Query(Constraint), true, None);
        using var done = new CancellationTokenSource();
        var written = 0L;
        var workers = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                var parameters = new Dictionary<string, object?> { ["run"] = _run, ["key"] = $"{_run}-{worker}-{i}" };
                await driver.WriteAsync([new CypherStatement("MERGE (:BoltTest {run: $run, key: $key})", parameters)], true, None);
                Interlocked.Increment(ref written);
                await driver.ReadAsync(new CypherStatement("MATCH (n:BoltTest {run: $run, key: $key}) RETURN n.key", parameters), None);
            }
        })).ToList();
        await happening(observer);
        await done.CancelAsync();
        await Task.WhenAll(workers);
        Assert.Equal(written, await CountAsync(observer));
        await observer.RunAsync(Query("DROP CONSTRAINT bolt_test_key IF EXISTS"), true, None);
    }

    private async Task MoreAsync(BoltDriver observer)
    {
        var before = await CountAsync(observer);
        await Eventually.TrueAsync(async () => await CountAsync(observer) > before + 20, "more writes", TimeSpan.FromMinutes(2));
    }

    private async Task<long> CountAsync(BoltDriver driver) =>
        (long)(await driver.ReadAsync(Query("MATCH (n:BoltTest {run: $run}) RETURN count(n)"), None))[0][0]!;

    private CypherStatement Query(string text) => new(text, new Dictionary<string, object?> { ["run"] = _run });

    private static BoltOptions Options(string variable = "CAPNS_TEST_NEO4J")
    {
        Assert.True(BoltAddress.TryParse(Environment.GetEnvironmentVariable(variable)!, out var address, out var error), error);
        return new BoltOptions { Address = address!, ReadRetryTime = TimeSpan.FromMinutes(2), WriteRetryTime = TimeSpan.FromMinutes(2) };
    }

    private BoltDriver Driver(BoltOptions? options = null)
    {
        var driver = new BoltDriver(options ?? Options());
        _drivers.Add(driver);
        return driver;
    }
}
