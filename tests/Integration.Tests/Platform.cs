using Capns.Testing;

namespace Capns.Integration.Tests;

/// <summary>The three workers as processes, on a virtual host and a database of their own.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private readonly List<WorkerProcess> _workers = [];
    private readonly Dictionary<string, string> _environment;
    private readonly string _logs = Directory.CreateTempSubdirectory("capns-integration-").FullName;
    private OwnRedis? _redis;
    private OwnGraph? _graph;

    private Platform(TestBroker broker, TestDatabase database, Uri redis)
    {
        Broker = broker;
        Database = database;
        _environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["RABBITMQ_URL"] = broker.Url.ToString(),
            ["POSTGRESQL_URL"] = database.Url.ToString(),
            ["REDIS_URL"] = redis.ToString(),
            ["TOOL_DEFINITIONS"] = Path.Combine(Checkout.Root, "infra", "examples", "tools"),
            ["TOOL_FILES"] = Path.Combine(Checkout.Root, "infra", "examples", "tools"),
            ["RUNNER_POOLS"] = "default",
            ["LOG_LEVEL"] = "info",

            // Tests ask as often as they like.
            ["RATE_LIMIT_MAX"] = "1000000",
            ["RATE_LIMIT_REGISTRATIONS"] = "1000000",
        };
        foreach (var (name, value) in Secrets)
        {
            _environment[name] = value;
        }
    }

    /// <summary>Opens every path of the registry, as <c>X-API-Key</c>.</summary>
    public static string AdministratorKey { get; } = $"capns_tests_{Guid.NewGuid():N}k7Qx2mWz9R";

    /// <summary>What no worker starts without in Production, and the administrator's key.</summary>
    public static IReadOnlyDictionary<string, string> Secrets { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["DATA_ENCRYPTION_KEY"] = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)),
        ["AUDIT_SIGNING_KEY"] = "the audit signing key of the integration tests",
        ["CAPNS_ADMIN_KEY"] = AdministratorKey,
    };

    /// <summary>A client that is the administrator.</summary>
    /// <param name="patience">For one answer. Default: 100 seconds.</param>
    public static HttpClient Administrator(TimeSpan? patience = null)
    {
        var client = new HttpClient { Timeout = patience ?? TimeSpan.FromSeconds(100) };
        client.DefaultRequestHeaders.Add("X-API-Key", AdministratorKey);
        return client;
    }

    public TestBroker Broker { get; }

    public TestDatabase Database { get; }

    public IReadOnlyList<WorkerProcess> Workers => _workers;

    public WorkerProcess Registry => _workers.First(worker => worker.Name.StartsWith("registry", StringComparison.Ordinal));

    /// <summary>The first one.</summary>
    public WorkerProcess Discovery => _workers.First(worker => worker.Name.StartsWith("discovery", StringComparison.Ordinal));

    /// <summary>Null: there is no graph server, or no discovery.</summary>
    public OwnGraph? Graph => _graph;

    public IReadOnlyList<WorkerProcess> Runners => _workers.Where(worker => worker.Name.StartsWith("runner", StringComparison.Ordinal)).ToList();

    /// <summary>Starts them and waits until all are ready.</summary>
    /// <param name="runners">How many.</param>
    /// <param name="redis">Default: the shared test server; with discovery, whose keys are not told apart, one of its own.</param>
    /// <param name="discovery">True: a discovery worker too, with a graph of its own where there is a graph server.</param>
    /// <param name="settings">Environment variables on top.</param>
    /// <param name="registry">Environment variables on top, of the registry only.</param>
    /// <param name="brokerUserVariable">A variable that gets the name of the platform's broker login.</param>
    public static async Task<Platform> StartAsync(
        int runners = 1,
        Uri? redis = null,
        bool discovery = false,
        IReadOnlyDictionary<string, string>? settings = null,
        IReadOnlyDictionary<string, string>? registry = null,
        string? brokerUserVariable = null)
    {
        var own = discovery && redis is null ? await OwnRedis.StartAsync() : null;
        var graph = discovery && ServerUrls.GraphMissing is null ? new OwnGraph() : null;
        var platform = new Platform(await TestBroker.CreateAsync(), await TestDatabase.CreateAsync(), own?.Url ?? redis ?? ServerUrls.Redis) { _redis = own, _graph = graph };
        platform._environment["FALKORDB_URL"] = graph?.Url.ToString() ?? "";
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            platform._environment[name] = value;
        }

        if (brokerUserVariable is not null)
        {
            platform._environment[brokerUserVariable] = platform.Broker.VirtualHost;
        }

        await platform.AddAsync("Registry", 1, registry);
        for (var number = 1; number <= runners; number++)
        {
            await platform.AddAsync("Runner", number);
        }

        if (discovery)
        {
            await platform.AddAsync("Discovery", 1);
        }

        return platform;
    }

    /// <summary>One more worker; returns when it is ready.</summary>
    public async Task<WorkerProcess> AddAsync(string kind, int number, IReadOnlyDictionary<string, string>? own = null)
    {
        var environment = new Dictionary<string, string>(_environment, StringComparer.Ordinal);
        foreach (var (name, value) in own ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }

        var worker = WorkerProcess.Create(Checkout.Root, Checkout.Configuration, kind, number, _logs, environment);
        _workers.Add(worker);
        worker.Start();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await worker.ReadyAsync(limit.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or InvalidOperationException)
        {
            throw new InvalidOperationException($"{worker.Name} did not become ready. Its log:\n{worker.Log}", error);
        }

        return worker;
    }

    public async Task<TestService> ConnectAsync() => await TestService.ConnectAsync(Broker);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        await Broker.DisposeAsync();
        await Database.DisposeAsync();
        if (_graph is not null)
        {
            await _graph.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        Directory.Delete(_logs, recursive: true);
    }
}
