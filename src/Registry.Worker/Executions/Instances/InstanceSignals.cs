using Capns.Contracts.Running;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Inbound;
using Capns.Messaging.Replies;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Executions.KillSwitches;
using MassTransit;

namespace Capns.Registry.Worker.Executions.Instances;

/// <summary>Name of this process on the bus.</summary>
/// <param name="Id">Unique for ever.</param>
internal sealed record InstanceName(string Id)
{
    private const string Prefix = "capns.instance.";

    /// <summary>The queue of this process alone.</summary>
    public string Queue => QueueNames.Instance(Id);

    /// <summary>Where the saga says that an execution has ended for which a request of this process waits.</summary>
    public ReplyTarget EndTarget => new() { Exchange = "", RoutingKey = Queue, Format = BodyFormat.BareJson };

    /// <summary>True for such a target; nobody outside can name one (platform spec 3.8).</summary>
    public static bool IsEndTarget(ReplyTarget target) => target.Exchange.Length == 0 && target.RoutingKey.StartsWith(Prefix, StringComparison.Ordinal);
}

/// <summary>Hears what every instance, or this one alone, is told (platform spec 3.3, rule 9).</summary>
/// <remarks>Best effort: what is missed is found by the watch, and a request that waits answers when its time is over.</remarks>
internal sealed class InstanceSignalConsumer(ExecutionWaiters waiters, KillSwitchWatch switches) : IConsumer<ControlSignal>
{
    public Task Consume(ConsumeContext<ControlSignal> context)
    {
        var signal = context.Message;
        switch (signal.Kind)
        {
            case ControlKind.Ended when signal.ExecutionId is { } id:
                waiters.Ended(id);
                return Task.CompletedTask;
            case ControlKind.Invalidate when signal.Keys.Contains(KillSwitchStore.SignalKey):
                return switches.RefreshAsync(context.CancellationToken);
            default:
                return Task.CompletedTask;
        }
    }
}

/// <summary>Registers them.</summary>
internal static class InstanceSignals
{
    /// <summary>The queue of this process.</summary>
    public static void InstanceEndpoint(this IRabbitMqBusFactoryConfigurator bus, IServiceProvider services) => bus.CapnsInstanceEndpoint(
        services, services.GetRequiredService<InstanceName>().Id, endpoint => endpoint.Consumer(services.GetRequiredService<InstanceSignalConsumer>));
}
