using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Capns.Testing;
using Npgsql;
using RabbitMQ.Client;
using Xunit;
using Xunit.Abstractions;

namespace Capns.Integration.Tests;

/// <summary>A server goes away and comes back: readiness tells, nothing accepted is lost, and no worker is started again (platform spec 10.2).</summary>
public sealed class OutageTests(OutageTests.Servers servers, ITestOutputHelper output) : IClassFixture<OutageTests.Servers>
{
    [ServersTheory]
    [InlineData("redis", true)]
    [InlineData("postgresql", false)]
    [InlineData("rabbitmq", false)]
    public async Task Server_StoppedAndStartedUnderLoad_ReadinessTellsAndNothingIsLost(string server, bool staysReady)
    {
        var before = await servers.CountAsync("SELECT count(*) FROM executions");
        using var stop = new CancellationTokenSource();
        var accepted = 0;
        var load = Task.Run(async () =>
        {
            // A steady load, not as much as the machine can take: what waits would hide what is lost.
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (!stop.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None))
            {
                if (await servers.TryRequestAsync())
                {
                    accepted++;
                }
            }
        });
        try
        {
            await Eventually.TrueAsync(() => Volatile.Read(ref accepted) > 50, "some load");

            await servers.Own.HaltAsync(server);
            // Asked again and again: the answer is at most a few seconds old.
            await Eventually.TrueAsync(
                async () => await servers.StatusAsync("/health") == (staysReady ? "200 degraded" : "503 unhealthy"), $"health to tell that {server} is away", TimeSpan.FromSeconds(30));
            Assert.Equal(staysReady ? "200 degraded" : "503 unhealthy", await servers.StatusAsync("/health/ready"));
            Assert.Equal("200 alive", await servers.StatusAsync("/health/live"));

            await servers.Own.StartAsync(server);
            var clock = Stopwatch.StartNew();
            await Eventually.TrueAsync(async () => await servers.StatusAsync("/health") == "200 healthy", $"{server} to be back", TimeSpan.FromSeconds(30));
            var ready = clock.Elapsed;
            var mark = accepted;
            await Eventually.TrueAsync(() => Volatile.Read(ref accepted) > mark, "requests to be taken again", TimeSpan.FromSeconds(30));
            await servers.WorkAgainAsync();
            output.WriteLine($"{server}: ready again after {ready.TotalSeconds:0.00} s, an execution ended after {clock.Elapsed.TotalSeconds:0.00} s");
        }
        catch (TimeoutException late)
        {
            throw new InvalidOperationException(servers.Logs, late);
        }
        finally
        {
            await stop.CancelAsync();
            await load;
        }

        // The broker may have taken a request whose confirm was lost; it never loses one it has confirmed.
        await Eventually.TrueAsync(
            async () => await servers.CountAsync("SELECT count(*) FROM executions") - before >= accepted, $"{accepted} requests to be accepted", TimeSpan.FromSeconds(120));
        await Eventually.TrueAsync(
            async () => await servers.CountAsync("SELECT count(*) FROM executions WHERE status IN ('completed', 'failed')") == await servers.CountAsync("SELECT count(*) FROM executions"),
            "all to end", TimeSpan.FromSeconds(120));
        await Eventually.TrueAsync(async () => await servers.CountAsync("SELECT count(*) FROM audit_intake") == 0, "everything to be sealed", TimeSpan.FromSeconds(30));
        Assert.Equal(0, await servers.CountAsync(
            """
            SELECT count(*) FROM executions e WHERE
                (SELECT count(*) FROM audit_log a WHERE a.object_id = e.id::text AND a.action = 'execution.accept') <> 1
                OR (SELECT count(*) FROM audit_log a WHERE a.object_id = e.id::text AND a.action = 'execution.finish') <> 1
            """));
        Assert.True(await servers.ChainIsWholeAsync());
    }

    /// <summary>A registry and a runner on servers of their own.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private static readonly HttpClient Http = Platform.Administrator(TimeSpan.FromSeconds(5));
        private readonly List<WorkerProcess> _workers = [];
        private readonly string _logs = Directory.CreateTempSubdirectory("capns-outage-").FullName;
        private NpgsqlDataSource? _database;
        private IConnection? _connection;
        private IChannel? _channel;
        private int _number;

        public OwnServers Own { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            if (ServerUrls.Missing is not null && !ServerUrls.Required)
            {
                return;
            }

            Own = await OwnServers.StartAsync();
            var environment = new Dictionary<string, string>(Own.Environment.Concat(Platform.Secrets), StringComparer.Ordinal)
            {
                ["RATE_LIMIT_MAX"] = "1000000",
                ["RUNNER_POOLS"] = "default,trusted",
                ["CAPNS_BENCH_NOOP_EXECUTOR"] = "true",
                ["FAIR_SHARE"] = "1000",
                ["SANDBOX_DRIVER"] = "native",
            };
            // HTTP is served before PostgreSQL is there.
            await Own.HaltAsync("postgresql");
            await StartAsync("Registry", environment);
            await Eventually.TrueAsync(async () => await StatusAsync("/health/live") == "200 alive", "HTTP", TimeSpan.FromSeconds(30));
            Assert.Equal("503 unhealthy", await StatusAsync("/health/ready"));
            using (var refused = await Http.GetAsync(new Uri(_workers[0].Address, "/api/v1/tools")))
            {
                Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (refused.StatusCode, refused.Content.Headers.ContentType!.MediaType));
            }

            await Own.StartAsync("postgresql");
            await StartAsync("Runner", environment);
            await Task.WhenAll(_workers.Select(async worker =>
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
                await worker.ReadyAsync(limit.Token);
            }));
            var url = new Uri(Own.Environment["POSTGRESQL_URL"]);
            var login = url.UserInfo.Split(':');
            _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
            {
                Host = url.Host,
                Port = url.Port,
                Username = login[0],
                Password = login[1],
                Database = url.AbsolutePath.Trim('/'),
            }.ConnectionString);
            await Eventually.TrueAsync(async () => await StatusAsync("/health") == "200 healthy", "a runner to be heard", TimeSpan.FromSeconds(30));
        }

        public async Task DisposeAsync()
        {
            foreach (var worker in _workers)
            {
                await worker.DisposeAsync();
            }

            if (_connection is not null)
            {
                await _connection.DisposeAsync();
            }

            if (Own is not null)
            {
                await Own.DisposeAsync();
            }

            Directory.Delete(_logs, recursive: true);
        }

        /// <summary>The end of each worker's log.</summary>
        public string Logs => string.Join('\n', _workers.Select(worker => $"{worker.Name}:\n{worker.Log[^Math.Min(worker.Log.Length, 8000)..]}"));

        /// <summary>Status code and word of a health address.</summary>
        public async Task<string> StatusAsync(string path)
        {
            try
            {
                using var answer = await Http.GetAsync(new Uri(_workers[0].Address, path));
                using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                return $"{(int)answer.StatusCode} {body.RootElement.GetProperty("status").GetString()}";
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                return exception.GetType().Name;
            }
        }

        /// <summary>Asks for an execution.</summary>
        /// <returns>True when the broker has confirmed it.</returns>
        public async Task<bool> TryRequestAsync()
        {
            try
            {
                if (_channel is not { IsOpen: true })
                {
                    if (_connection is not null)
                    {
                        await _connection.DisposeAsync();
                        _connection = null;
                    }

                    _connection = await new ConnectionFactory { Uri = new Uri(Own.Environment["RABBITMQ_URL"]), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
                    _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
                }

                var number = Interlocked.Increment(ref _number);
                var body = JsonSerializer.SerializeToUtf8Bytes(new
                {
                    id = Guid.CreateVersion7(),
                    type = "tool.execution.requested",
                    source = "outage",
                    data = new { toolId = "id-generator", parameters = new { }, agentId = $"agent-{number}", executionId = Guid.CreateVersion7() },
                });
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                await _channel.BasicPublishAsync(
                    "tool.execution.requested", "", mandatory: true, new BasicProperties { DeliveryMode = DeliveryModes.Persistent, ContentType = "application/json" }, body, patience.Token);
                return true;
            }
            catch (Exception exception) when (exception is RabbitMQ.Client.Exceptions.RabbitMQClientException or OperationCanceledException or IOException or ObjectDisposedException)
            {
                _channel = null;
                return false;
            }
        }

        /// <summary>Returns when something that was asked for from now on has ended.</summary>
        public async Task WorkAgainAsync()
        {
            var now = TimeProvider.System.GetUtcNow();
            await Eventually.TrueAsync(
                async () => await CountAsync($"SELECT count(*) FROM executions WHERE status IN ('completed', 'failed') AND created_at > '{now:O}'") > 0, "work to be done", TimeSpan.FromSeconds(60));
        }

        public async Task<bool> ChainIsWholeAsync()
        {
            using var answer = await Http.GetAsync(new Uri(_workers[0].Address, "/api/v1/audit/verify"));
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return body.RootElement.GetProperty("ok").GetBoolean() && body.RootElement.GetProperty("entries").GetInt64() > 0;
        }

        public async Task<long> CountAsync(string sql)
        {
            while (true)
            {
                try
                {
                    await using var command = _database!.CreateCommand(sql);
                    return (long)(await command.ExecuteScalarAsync())!;
                }
                catch (NpgsqlException exception) when (exception is not PostgresException { SqlState: "42P01" or "42601" or "42703" })
                {
                    // A pooled connection from before the restart.
                }
            }
        }

        private Task StartAsync(string kind, Dictionary<string, string> environment)
        {
            var worker = WorkerProcess.Create(Checkout.Root, Checkout.Configuration, kind, 1, _logs, environment);
            _workers.Add(worker);
            worker.Start();
            return Task.CompletedTask;
        }
    }
}
