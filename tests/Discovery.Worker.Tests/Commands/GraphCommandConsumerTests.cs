using System.Collections.Concurrent;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Graph;
using Capns.Discovery.Worker.Commands;
using Capns.Messaging;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using Capns.Messaging.Topology;
using Capns.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Xunit;
using Messages = Capns.Testing.Example;

namespace Capns.Discovery.Worker.Tests.Commands;

/// <summary>Commands about the graph over a real broker: carried out, answered, and believed only from the platform.</summary>
public sealed class GraphCommandConsumerTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly RecordedGraph _graph = new();
    private TestBroker? _broker;
    private IHost? _host;

    private RequestClient Client => _host!.Services.GetRequiredService<RequestClient>();

    private OutboundDocuments Documents => _host!.Services.GetRequiredService<OutboundDocuments>();

    public async Task InitializeAsync()
    {
        if (!ServerUrls.Required && ServerUrls.Missing is not null)
        {
            return;
        }

        _broker = await TestBroker.CreateAsync();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddCapnsMessaging(new BusSettings { RabbitMqUrl = _broker.Url });
        builder.Services.AddRequestClient("test");
        builder.Services.AddSingleton<IRelationCommands>(_graph);
        builder.Services.AddSingleton<IGraphRebuild>(_graph);
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddCommands();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.CapnsHost(context);
                rabbit.CommandEndpoint(context, exception => exception is GraphIsAwayException);
            });
        });
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            await ((IAsyncDisposable)_host).DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Put_IsCarriedOutAsItWasSent()
    {
        var answer = await AskAsync(Messages.PutToolRelation);

        Assert.Equal((Messages.PutToolRelation.CommandId, "stored"), (answer.GetProperty("data").GetProperty("commandId").GetGuid(), Outcome(answer)));
        var put = Assert.Single(_graph.Put);
        Assert.Equal(Messages.PutToolRelation with { Metadata = null }, put with { Metadata = null });
        Assert.Equal("T-12", put.Metadata!.Value.GetProperty("ticket").GetString());
    }

    [ServersFact]
    public async Task Put_ThatIsRefused_SaysWhy()
    {
        _graph.Refusal = new ErrorDetail { Type = ErrorType.Validation, Code = "DEPENDENCY_CYCLE", Message = "a → b → a", Recoverable = false };

        var error = (await AskAsync(Messages.PutToolRelation)).GetProperty("error");

        Assert.Equal(("DEPENDENCY_CYCLE", "a → b → a"), (error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
    }

    [ServersFact]
    public async Task Remove_TellsWhetherThereWasOne()
    {
        Assert.Equal("removed", Outcome(await AskAsync(Messages.RemoveToolRelation)));

        _graph.IsThere = false;

        Assert.Equal("absent", Outcome(await AskAsync(Messages.RemoveToolRelation)));
    }

    [ServersFact]
    public async Task Rebuild_IsAnsweredWithItsJob()
    {
        var answer = await AskAsync(Messages.RebuildGraph);

        Assert.Equal((Messages.RebuildGraph.JobId, "started"), (answer.GetProperty("data").GetProperty("commandId").GetGuid(), Outcome(answer)));
        Assert.Equal(1, _graph.Rebuilt);
    }

    [ServersFact]
    public async Task Command_ThatComesTwice_IsAnsweredTwice()
    {
        foreach (var _ in new[] { 1, 2 })
        {
            Assert.Equal("stored", Outcome(await AskAsync(Messages.PutToolRelation)));
        }

        Assert.Equal(2, _graph.Put.Count);
    }

    [ServersFact]
    public async Task Command_WhileAStoreIsAway_IsCarriedOutWhenItIsBack()
    {
        _graph.Outages = 1;

        Assert.Equal("stored", Outcome(await AskAsync(Messages.PutToolRelation)));
        Assert.Equal(2, _graph.Put.Count);
    }

    [ServersFact]
    public async Task Command_OfWhoIsNotThePlatform_IsIgnored()
    {
        var message = Documents.ToQueue(QueueNames.DiscoveryCommands, Messages.RebuildGraph);
        await using var channel = await _broker!.OpenChannelAsync();
        // Without the login that the broker would have checked.
        await channel.BasicPublishAsync("", message.RoutingKey, mandatory: true, new BasicProperties { Type = message.Type, ContentType = message.ContentType }, message.Body);

        // One after the other: when this one is answered, the other one has been read.
        Assert.Equal("stored", Outcome(await AskAsync(Messages.PutToolRelation)));
        Assert.Equal(0, _graph.Rebuilt);
    }

    private Task<JsonElement> AskAsync<T>(T command)
        where T : class => Client.AskAsync(
            Documents.ToQueue(QueueNames.DiscoveryCommands, command, new OutboundContext { CorrelationId = Guid.CreateVersion7().ToString() }), Patience);

    private static string? Outcome(JsonElement answer) => answer.GetProperty("data").GetProperty("outcome").GetString();

    private sealed class GraphIsAwayException : Exception;

    /// <summary>Keeps what it is told.</summary>
    private sealed class RecordedGraph : IRelationCommands, IGraphRebuild
    {
        public ConcurrentQueue<PutToolRelation> Put { get; } = new();

        public ErrorDetail? Refusal { get; set; }

        public bool IsThere { get; set; } = true;

        public int Outages { get; set; }

        public int Rebuilt { get; private set; }

        public Task<CommandResult> PutAsync(PutToolRelation relation, CancellationToken cancellationToken)
        {
            Put.Enqueue(relation);
            return Outages-- > 0 ? throw new GraphIsAwayException() : Task.FromResult(new CommandResult(GraphCommandOutcome.Stored, Refusal));
        }

        public Task<CommandResult> DeleteAsync(RemoveToolRelation relation, CancellationToken cancellationToken) =>
            Task.FromResult(new CommandResult(IsThere ? GraphCommandOutcome.Removed : GraphCommandOutcome.Absent));

        public Task RebuildAsync(CancellationToken cancellationToken)
        {
            Rebuilt++;
            return Task.CompletedTask;
        }
    }
}
