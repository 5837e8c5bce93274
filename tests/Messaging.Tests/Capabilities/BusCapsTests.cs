using System.Collections.Concurrent;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Core.Dispatch;
using Capns.Core.Urns;
using Capns.Messaging.Capabilities;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using Capns.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Capns.Messaging.Tests.Capabilities;

/// <summary>The client against a registry that answers as a test wants it to.</summary>
public sealed class BusCapsTests
{
    [ServersFact]
    public async Task CanThenCall_AsksForTheGatesThenRunsByCap_AndReadsTheResult()
    {
        await using var registry = await FakeRegistry.StartAsync(_ => "text");
        await using var services = registry.Client();

        var caller = await services.GetRequiredService<BusCaps>().CanAsync("cap:op=x");
        var response = await caller.CallAsync(new CapCall { Positional = ["hi"] });

        Assert.Equal("hi by first", response.AsString());
        var (asked, run) = (registry.Requests.First(), registry.Requests.Last());
        Assert.True(asked.DryRun);
        Assert.Equal(("cap:in;op=x;out", null, "agent"), (run.Cap, run.DryRun, run.AgentId));
        Assert.Equal("""{"p":"hi"}""", run.Parameters!.Value.GetRawText());
        Assert.Equal(run.RequestId, run.ExecutionId.ToString());
        Assert.Equal("agent", registry.Source);
    }

    [ServersFact]
    public async Task Can_NobodyProvidesIt_IsNoSetsFoundWithTheRegistrysWords()
    {
        await using var registry = await FakeRegistry.StartAsync(_ => null);
        await using var services = registry.Client();

        var refused = await Assert.ThrowsAsync<NoSetsFoundException>(() => services.GetRequiredService<BusCaps>().CanAsync("cap:op=x"));

        Assert.Equal("Nobody does cap:in;op=x;out.", refused.Message);
    }

    [ServersFact]
    public async Task Can_RequestIsMalformed_SendsNothing()
    {
        await using var registry = await FakeRegistry.StartAsync(_ => "text");
        await using var services = registry.Client();

        await Assert.ThrowsAsync<InvalidUrnException>(() => services.GetRequiredService<BusCaps>().CanAsync("cap:op="));

        Assert.Empty(registry.Requests);
    }

    [ServersFact]
    public async Task Can_NoRegistryAnswers_TimesOut()
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var services = FakeRegistry.Client(broker, TimeSpan.FromMilliseconds(500));

        var late = await Assert.ThrowsAsync<TimeoutException>(() => services.GetRequiredService<BusCaps>().CanAsync("cap:op=x"));

        Assert.Contains("cap:in;op=x;out was not answered within 00:00:00.5", late.Message, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Call_Fails_SaysCodeMessageAndExecution()
    {
        await using var registry = await FakeRegistry.StartAsync(_ => "text");
        await using var services = registry.Client();
        var caller = await services.GetRequiredService<BusCaps>().CanAsync("cap:op=x");

        var failed = await Assert.ThrowsAsync<CapExecutionException>(() => caller.CallAsync(new CapCall { Positional = ["fail"] }));

        Assert.Equal(("EXECUTION_FAILED", "EXECUTION_FAILED: It broke."), (failed.Code, failed.Message));
        Assert.Equal(registry.Requests.Last().ExecutionId, failed.ExecutionId);
    }

    [ServersFact]
    public async Task Call_AnotherProviderIsBestMeanwhile_IsWrittenForThatOne()
    {
        await using var registry = await FakeRegistry.StartAsync(asked => asked == 1 ? "text" : "json");
        await using var services = registry.Client();
        var caller = await services.GetRequiredService<BusCaps>().CanAsync("cap:op=x");

        // Refused, since the second provider wants JSON; asked again; then right.
        var response = await caller.CallAsync(new CapCall { Positional = ["[1]"] });

        Assert.Equal("[1] by second", response.AsString());
        Assert.Equal(["""{"p":"[1]"}""", """{"p":[1]}"""], registry.Requests.Where(request => request.DryRun != true).Select(request => request.Parameters!.Value.GetRawText()));
    }

    [ServersFact]
    public async Task Call_ConnectionIsLostMeanwhile_StillHearsTheAnswer()
    {
        await using var registry = await FakeRegistry.StartAsync(_ => "text");
        await using var services = registry.Client();
        var caller = await services.GetRequiredService<BusCaps>().CanAsync("cap:op=x");
        registry.Hold();
        var call = caller.CallAsync(new CapCall { Positional = ["hi"] });
        await Eventually.TrueAsync(() => Task.FromResult(registry.Requests.Count == 2), "the call has arrived");

        await registry.Broker.CloseConnectionsAsync();
        registry.Release();

        Assert.Equal("hi by first", (await call).AsString());
    }

    [ServersFact]
    public async Task Call_ResultHasManyLevels_IsReadWhole()
    {
        await using var registry = await FakeRegistry.StartAsync(_ => "text");
        await using var services = registry.Client();
        var caller = await services.GetRequiredService<BusCaps>().CanAsync("cap:op=x");

        Assert.Equal(FakeRegistry.Deep, (await caller.CallAsync(new CapCall { Positional = ["deep"] })).AsString());
    }

    [ServersFact]
    public async Task Call_ProviderHasANewVersionMeanwhile_ReadsItsResultByThatOne()
    {
        await using var registry = await FakeRegistry.StartAsync(_ => "text");
        await using var services = registry.Client();
        var caller = await services.GetRequiredService<BusCaps>().CanAsync("cap:op=x");
        registry.Update();

        // The new version's result is JSON, so that text keeps its quotes.
        Assert.Equal("\"hi by first\"", (await caller.CallAsync(new CapCall { Positional = ["hi"] })).AsString());
        Assert.Equal("\"ho by first\"", (await caller.CallAsync(new CapCall { Positional = ["ho"] })).AsString());
        Assert.Equal(2, registry.Requests.Count(request => request.DryRun == true));
    }

    [ServersFact]
    public async Task Call_WhoRanIsNoProviderAnyMore_SaysSo()
    {
        await using var registry = await FakeRegistry.StartAsync(asked => asked == 1 ? "text" : null);
        await using var services = registry.Client();
        var caller = await services.GetRequiredService<BusCaps>().CanAsync("cap:op=x");
        registry.Update();

        var refused = await Assert.ThrowsAsync<CapResultException>(() => caller.CallAsync(new CapCall { Positional = ["hi"] }));

        Assert.Contains($"Tool first 2.0.0 has run, and is not the provider any more", refused.Message, StringComparison.Ordinal);
        Assert.Contains(registry.Requests.First(request => request.DryRun != true).RequestId!, refused.Message, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Call_ReplyQueueWasDeleted_HearsTheAnswerOnANewOne()
    {
        await using var registry = await FakeRegistry.StartAsync(_ => "text");
        await using var services = registry.Client();
        var caller = await services.GetRequiredService<BusCaps>().CanAsync("cap:op=x");
        await using var channel = await registry.Broker.OpenChannelAsync();

        await channel.QueueDeleteAsync(registry.ReplyQueue!, ifUnused: false, ifEmpty: false);

        await Eventually.TrueAsync(async () => await registry.Broker.QueueAsync(registry.ReplyQueue!) is { Consumers: 1 }, "the queue is consumed again");
        Assert.Equal("hi by first", (await caller.CallAsync(new CapCall { Positional = ["hi"] })).AsString());
    }

    [Theory]
    [InlineData("", 10_000, "Name")]
    [InlineData("capability-registry", 10_000, "the name of the registry")]
    [InlineData("agent", 99, "AskTimeout")]
    [InlineData("agent", 600_001, "AskTimeout")]
    public void AddCapsClient_OptionOutOfBounds_IsNamed(string name, int askMs, string word)
    {
        var options = new CapsClientOptions { Name = name, AskTimeout = TimeSpan.FromMilliseconds(askMs) };

        var refused = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddCapnsClient(options));

        Assert.Contains(word, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void AddCapsClient_LengthOfAgentId_IsBounded(int length, bool allowed)
    {
        var refused = Record.Exception(() => new ServiceCollection().AddCapnsClient(new CapsClientOptions { Name = "agent", AgentId = new string('a', length) }));

        Assert.Equal(allowed ? null : typeof(ArgumentException), refused?.GetType());
        Assert.Contains(allowed ? "" : "AgentId", refused?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Options_Defaults_AreTenSecondsAndTenMinutes()
    {
        var options = new CapsClientOptions { Name = "agent" };

        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10)), (options.AskTimeout, options.CallTimeout));
    }

    /// <summary>Answers questions with a provider, and runs by saying who did it; takes only parameters of the kind of its provider.</summary>
    private sealed class FakeRegistry : IAsyncDisposable
    {
        /// <summary>The result of a call with "deep".</summary>
        public static readonly string Deep = new string('[', 100) + new string(']', 100);

        private readonly TestBroker _broker;
        private readonly Func<int, string?> _encoding;
        private TestHost? _host;
        private TaskCompletionSource _held = Done();
        private int _asked;
        private volatile string _version = "1.0.0";

        private FakeRegistry(TestBroker broker, Func<int, string?> encoding) => (_broker, _encoding) = (broker, encoding);

        public ConcurrentQueue<ToolExecutionRequest> Requests { get; } = new();

        public string? Source { get; private set; }

        public string? ReplyQueue { get; private set; }

        public TestBroker Broker => _broker;

        /// <summary>From now on version 2.0.0 runs, whose result is JSON.</summary>
        public void Update() => _version = "2.0.0";

        /// <summary>Answers wait until <see cref="Release"/>.</summary>
        public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _held.SetResult();

        /// <param name="encoding">Of the parameter of the provider that is named at the nth question; null: there is none.</param>
        public static async Task<FakeRegistry> StartAsync(Func<int, string?> encoding)
        {
            var registry = new FakeRegistry(await TestBroker.CreateAsync(), encoding);
            var collector = new Collector<InboundEvent> { Handle = context => registry.AnswerAsync(context.Message) };
            registry._host = await TestHost.StartAsync(
                new BusSettings { RabbitMqUrl = registry._broker.Url },
                (services, bus) => bus.CapnsEndpoint(services, QueueNames.ExecutionRequests, endpoint => endpoint.Instance(collector)));
            return registry;
        }

        public ServiceProvider Client() => Client(_broker, TimeSpan.FromSeconds(20));

        public static ServiceProvider Client(TestBroker broker, TimeSpan within)
        {
            var services = new ServiceCollection().AddLogging();
            services.AddCapnsMessaging(new BusSettings { RabbitMqUrl = broker.Url });
            services.AddCapnsClient(new CapsClientOptions { Name = "agent", AskTimeout = within, CallTimeout = TimeSpan.FromSeconds(20) });
            return services.BuildServiceProvider();
        }

        public async ValueTask DisposeAsync()
        {
            await _host!.DisposeAsync();
            await _broker.DisposeAsync();
        }

        private static TaskCompletionSource Done()
        {
            var done = new TaskCompletionSource();
            done.SetResult();
            return done;
        }

        private async Task AnswerAsync(InboundEvent inbound)
        {
            var request = inbound.Payload.Deserialize<ToolExecutionRequest>(Contracts.Json.WireJson.Options)!;
            Requests.Enqueue(request);
            Source = inbound.Source;
            ReplyQueue = inbound.ReplyTo!.RoutingKey;
            await _held.Task;
            await _host!.Publisher.PublishAsync(Reply(inbound, request));
        }

        private OutboundMessage Reply(InboundEvent inbound, ToolExecutionRequest request)
        {
            var (replies, target) = (_host!.Replies, inbound.ReplyTo!);
            if (request.DryRun == true)
            {
                return replies.Success(target, Gates(request, _encoding(Interlocked.Increment(ref _asked))));
            }

            var value = request.Parameters!.Value.GetProperty("p");
            var wanted = _encoding(2) == "json" ? JsonValueKind.Array : JsonValueKind.String;
            if (value.ValueKind != wanted || (value.ValueKind == JsonValueKind.String && value.ValueEquals("fail")))
            {
                var error = value.ValueKind != wanted
                    ? new ErrorDetail { Type = ErrorType.Validation, Code = "INVALID_PARAMETERS", Message = "Wrong.", Recoverable = false }
                    : new ErrorDetail { Type = ErrorType.Execution, Code = "EXECUTION_FAILED", Message = "It broke.", Recoverable = false };
                return replies.Refusal(target, Example.ToolExecutionError, error, request.ExecutionId);
            }

            var provider = Provider(wanted == JsonValueKind.Array ? "json" : "text");
            return replies.Success(target, Example.ToolExecutionResult with
            {
                ExecutionId = request.ExecutionId!.Value,
                Provider = provider,
                ToolVersion = _version,
                Result = value.ToString() == "deep"
                    ? JsonElement.Parse(Deep, new JsonDocumentOptions { MaxDepth = 100 })
                    : JsonSerializer.SerializeToElement($"{value} by {provider}"),
                ResultRef = null,
            });
        }

        private ToolExecutionGateReport Gates(ToolExecutionRequest request, string? encoding) => new()
        {
            WouldRun = false,
            ToolId = request.Cap!,
            ToolVersion = _version,
            Provider = encoding is null ? null : Provider(encoding),
            Definition = encoding is null
                ? null
                : JsonSerializer.SerializeToElement(ParameterMappingTests.Definition(encoding, _version == "1.0.0" ? """{"encoding":"text"}""" : """{"encoding":"json"}""") with { Urn = CapUrn.Parse("cap:in;op=x;out=media:textable") }),
            Gates = [encoding is null
                ? new ExecutionGate { Gate = "tool", Passed = false, Code = "CAP_NOT_FOUND", Message = $"Nobody does {request.Cap}." }
                : new ExecutionGate { Gate = "parameters", Passed = false, Code = "INVALID_PARAMETERS", Message = "None given." }],
        };

        private static string Provider(string encoding) => encoding == "json" ? "second" : "first";
    }
}
