using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Json;
using Capns.Hosting.Secrets;
using Capns.Messaging;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Analytics;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Approvals.Asking;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.Endings;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Executions.HandingOver;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Executions.Sharing;
using Capns.Registry.Worker.Executions.Timing;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Tests.Approvals;
using Capns.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Capns.Registry.Worker.Tests.Executions;

/// <summary>A registry on real servers, in a database and a virtual host of its own, with a stand-in for admission.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, IChannel> _channels = new();

    /// <summary>What the stand-in for admission finds for every request by capability.</summary>
    public const string MatchedCap = "cap:in;op=calculate;out=media:json";

    private readonly Func<RunPlan, RunPlan> _plan;

    private World(TestBroker broker, TestDatabase database, IHost host, Func<RunPlan, RunPlan> plan, WorldSettings settings)
    {
        _plan = plan;
        Settings = settings;
        Broker = broker;
        Database = database;
        Host = host;
    }

    public TestBroker Broker { get; }

    public TestDatabase Database { get; }

    public IHost Host { get; }

    public WorldSettings Settings { get; }

    public OutboundDocuments Documents => Host.Services.GetRequiredService<OutboundDocuments>();

    /// <summary>The machine alone, for looking at.</summary>
    public static ExecutionStateMachine Machine()
    {
        var options = Options.Create(new ExecutionOptions());
        var sealer = new Sealer(SealingKeys.Development);
        var settings = new BusSettings { RabbitMqUrl = new Uri("amqp://localhost") };
        var documents = new OutboundDocuments(settings, TimeProvider.System);
        var ledger = new ExecutionLedger(new Audit.RecordedAudit());
        var voice = new ExecutionVoice(documents, new Messaging.Replies.ReplyMessages(documents, settings), new Worker.Streams.NoExecutionStream(), ledger);
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return new ExecutionStateMachine(new ExecutionSteps(
            voice, new ResultKeeper(sealer, options), new FairShares(new ShareBoard(), options), new LeaseWatch(TimeProvider.System),
            new ApprovalBook(voice, new RecordedAudit(new TransactionCutter()), new ApprovalMetrics(meters)),
            new HandOverChecks([]), sealer, new ExecutionMetrics(meters), ledger, options));
    }

    /// <summary>Starts it and waits until its queues are consumed.</summary>
    public static async Task<World> CreateAsync(
        Func<RunPlan, RunPlan>? plan = null,
        OutboxSettings? outbox = null,
        Action<ExecutionOptions>? configure = null,
        ErrorDetail? refusal = null,
        WorldSettings? settings = null)
    {
        settings ??= new WorldSettings();
        plan ??= given => given;
        var broker = await TestBroker.CreateAsync();
        var database = await TestDatabase.CreateAsync();
        var host = Build(broker, database, plan, outbox, configure, refusal, settings);
        var world = new World(broker, database, host, plan, settings);
        await host.StartAsync();
        await database.ExecuteAsync(ToolRow);
        await database.ExecuteAsync(RecordedAudit.Table);
        await Eventually.TrueAsync(
            async () => await broker.QueueAsync("capns.registry.run-reports") is { Consumers: > 0 }
                && await broker.QueueAsync("capns.registry.execution-requests") is { Consumers: > 0 },
            "consumers", TimeSpan.FromSeconds(30));
        return world;
    }

    /// <summary>A second registry on the same servers.</summary>
    public async Task<IHost> StartSecondAsync(OutboxSettings? outbox = null, Action<ExecutionOptions>? configure = null)
    {
        var second = Build(Broker, Database, _plan, outbox, configure, null, Settings);
        await second.StartAsync();
        return second;
    }

    /// <summary>Publishes a request in the platform's own envelope, and returns the id of its execution.</summary>
    public async Task<Guid> RequestAsync(object? more = null, Guid? id = null, string? replyTo = null, string messageId = "")
    {
        var execution = id ?? Guid.CreateVersion7();
        var data = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        data["executionId"] ??= execution.ToString();
        if (!data.ContainsKey("cap"))
        {
            data["toolId"] ??= "math-calculator";
        }

        data["parameters"] ??= JsonSerializer.SerializeToNode(new { a = 5, b = 3 });
        data["agentId"] ??= "agent-001";
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = messageId.Length > 0 ? messageId : Guid.CreateVersion7().ToString(),
            type = "tool.execution.requested",
            source = "tests",
            timestamp = DateTimeOffset.UnixEpoch,
            version = "1.0.0",
            data,
        });
        await PublishAsync("tool.execution.requested", "tool.execution.requested", body, new BasicProperties { ReplyTo = replyTo });
        return execution;
    }

    /// <summary>Asks for the end of an execution.</summary>
    public Task CancelAsync(object data, string? replyTo = null) => PublishAsync(
        "tool.execution.cancel.requested",
        "tool.execution.cancel.requested",
        JsonSerializer.SerializeToUtf8Bytes(new { id = Guid.CreateVersion7(), type = "tool.execution.cancel.requested", source = "tests", data }),
        new BasicProperties { ReplyTo = replyTo });

    /// <summary>Sends a runner's report.</summary>
    public async Task<OutboundMessage> ReportAsync<T>(T report)
        where T : class
    {
        var message = Documents.ToQueue("capns.registry.run-reports", report);
        await SendAsync(message);
        return message;
    }

    /// <summary>Sends a message, perhaps again.</summary>
    public Task SendAsync(OutboundMessage message) => PublishAsync(
        message.Exchange, message.RoutingKey, message.Body,
        new BasicProperties { MessageId = message.Id.ToString(), Type = message.Type, ContentType = message.ContentType, DeliveryMode = DeliveryModes.Persistent });

    public async Task PublishAsync(string exchange, string key, ReadOnlyMemory<byte> body, BasicProperties properties)
    {
        if (!_channels.TryGetValue("publish", out var channel))
        {
            channel = _channels.GetOrAdd("publish", await Broker.OpenChannelAsync());
        }

        await channel.BasicPublishAsync(exchange, key, mandatory: false, properties, body);
    }

    /// <summary>Takes the next message of a queue as its payload.</summary>
    public async Task<T> TakeAsync<T>(string queue, TimeSpan? within = null) => Data<T>(await Broker.TakeAsync(queue, within));

    public static T Data<T>(BasicGetResult message) => Data<T>(message.Body);

    public static T Data<T>(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("data").Deserialize<T>(WireJson.Options)!;
    }

    /// <summary>Waits for a state in the table.</summary>
    public Task UntilAsync(Guid id, string status, TimeSpan? within = null) => Eventually.TrueAsync(
        async () => await StatusAsync(id) == status, $"execution {id} to be {status}", within ?? TimeSpan.FromSeconds(20));

    public Task<string?> StatusAsync(Guid id) => Database.ScalarAsync<string>($"SELECT status FROM executions WHERE id = '{id}'");

    public async Task<IReadOnlyList<string>> EventsAsync(Guid id)
    {
        await using var command = Database.Source.CreateCommand(
            $"SELECT sequence || ' ' || type || coalesce(' ' || kind, '') FROM execution_events WHERE execution_id = '{id}' ORDER BY sequence");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await Host.StopAsync(soon.Token);
        await ((IAsyncDisposable)Host).DisposeAsync();
        await Broker.DisposeAsync();
        await Database.DisposeAsync();
    }

    private const string ToolRow = """
        INSERT INTO tools (id, slug, name, display_name, description, version, category, tags, capabilities, owner, author, security_level,
            requires_approval, is_enabled, maintenance_status, trust, config, created_at, updated_at)
        VALUES ('5f0c1c52-6a2f-4c39-9a55-6d1f4f6f7a10', 'math-calculator', 'math-calculator', 'math-calculator', 'adds', '1.2.0', 'computation', '{}', '{}',
            'tests', 'tests', 'safe', false, true, 'active', 'reviewed', '{}', now(), now())
        ON CONFLICT DO NOTHING
        """;

    private static IHost Build(
        TestBroker broker, TestDatabase database, Func<RunPlan, RunPlan> plan, OutboxSettings? outbox, Action<ExecutionOptions>? configure, ErrorDetail? refusal,
        WorldSettings settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning);
        if (Environment.GetEnvironmentVariable("CAPNS_TEST_LOG") is { Length: > 0 })
        {
            builder.Logging.AddConsole();
        }

        builder.Services.AddCapnsMessaging(new BusSettings { RabbitMqUrl = broker.Url });
        builder.Services.AddSingleton<TimeProvider>(settings.Clock);
        builder.Services.AddPersistence(database.ConnectionString, outbox);
        builder.Services.ConfigureDbContext<RegistryDbContext>(options => options.AddInterceptors(settings.Cutter));
        builder.Services.AddSealing(settings.Keys);
        builder.Services.AddSingleton<IAuditTrail>(new RecordedAudit(settings.Cutter));
        if (settings.RealAccess)
        {
            builder.Services.AddAccess(new AccessOptions { Logins = new() { JwtSecret = Tests.Access.TestTokens.Secret } });
            builder.Services.AddSingleton<AccessGates>();
            builder.Services.AddSingleton<IHandOverCheck, CallerStillMay>();
        }
        else
        {
            builder.Services.AddSingleton<IAccessControl, RoleAccess>();
            builder.Services.AddSingleton<ICallerReader>(new TokenReader(settings.Cutter));
        }

        builder.Services.AddSingleton<IHandOverCheck>(new MarkingCheck(settings.Cutter));
        builder.Services.AddSingleton<IAdmission>(new StandInAdmission(plan, refusal, settings));
        // The one login of a test's broker is the gateway's, too.
        builder.Services.AddSingleton(settings.Approvals with { GatewayUser = settings.HasGateway ? broker.VirtualHost : null });
        builder.Services.AddSingleton(new AdmissionOptions());
        builder.Services.AddExecutions(configure);
        builder.Services.AddApprovals();
        builder.Services.AddAnalytics();
        builder.Services.AddMassTransit(bus => bus.UsingRabbitMq((services, rabbit) =>
        {
            rabbit.CapnsHost(services);
            rabbit.ExecutionEndpoints(services);
            rabbit.ApprovalEndpoints(services);
        }));
        return builder.Build();
    }

    private sealed class StandInAdmission(Func<RunPlan, RunPlan> plan, ErrorDetail? refusal, WorldSettings settings) : IAdmission
    {
        private static RunPlan PlanOf(ToolExecutionRequest request) => Plans.Plan() with
        {
            Parameters = request.Parameters!.Value,
            RateLimit = Plans.Plan().RateLimit with { Caller = request.AgentId! },
        };

        private static string HashOf(RunPlan planned, SealingKeys keys) => CanonicalJson.Digest(SealedParameters.Put(
            planned.Parameters,
            planned.SecretPaths.ToDictionary(
                path => path, path => ParameterCheck.Digest(JsonPointer.TryResolve(planned.Parameters, path, out var value) ? value : default, keys.DigestKeys[0]))));

        public Task<AdmissionOutcome> AdmitAsync(InboundEvent inbound, Caller caller, RegistryDbContext db, CancellationToken cancellationToken) =>
            AdmitAsync(inbound, db, cancellationToken);

        public Task<AdmissionOutcome> AdmitAsync(InboundEvent inbound, RegistryDbContext db, CancellationToken cancellationToken)
        {
            settings.Cutter.Watch(db);
            var request = inbound.Payload.Deserialize<ToolExecutionRequest>(WireJson.Options)!;
            var planned = plan(PlanOf(request));
            planned = planned with { ParametersHash = HashOf(planned, settings.Keys) };
            var stored = SealedParameters.Blank(request.Parameters!.Value, planned.SecretPaths);
            return Task.FromResult(new AdmissionOutcome
            {
                Request = request,
                ToolRef = request.ToolId ?? request.Cap!,
                ToolId = Plans.Plan().ToolId,
                StoredParameters = stored,
                Identity = new()
                {
                    ToolId = Plans.Plan().ToolId.ToString(),
                    ToolName = "math-calculator",
                    ToolVersion = "1.2.0",
                    SecurityLevel = planned.Level,
                    Cap = request.Cap,
                    MatchedCap = request.Cap is null ? null : MatchedCap,
                    Provider = request.Cap is null ? null : "math-calculator",
                    RequestId = request.RequestId,
                    AgentId = request.AgentId,
                    UserId = request.UserId,
                    RequestedBy = request.RequestedBy,
                },
                Plan = refusal is null ? planned : null,
                Approval = refusal is null ? ApprovalNeed.Of(planned.Level, toolAsks: false, settings.Flags, settings.Access, settings.Approvals) : null,
                Redactor = Redactor.For(planned.SecretPaths.Select(path => JsonPointer.TryResolve(planned.Parameters, path, out var value) ? value : default)),
                Refusal = refusal,
                Gates = [new GateResult("readable", true)],
            });
        }
    }
}
