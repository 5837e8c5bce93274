using Capns.Messaging.Broker;
using MassTransit;
using Microsoft.Extensions.Hosting;

namespace Capns.Messaging.Endpoints;

/// <summary>Holds the start of the bus back until the topology is declared. The host itself starts meanwhile, and reports not ready.</summary>
internal sealed class TopologyBeforeBus(BrokerConnection broker, EndpointActivity activity, IHostApplicationLifetime? lifetime) : IBusObserver
{
    public async Task PreStart(IBus bus)
    {
        // A host that is told to stop while the broker is away must not wait for it.
        await broker.GetAsync(lifetime?.ApplicationStopping ?? CancellationToken.None);
        activity.BusRuns = true;
    }

    public void PostCreate(IBus bus)
    {
    }

    public void CreateFaulted(Exception exception)
    {
    }

    public Task PostStart(IBus bus, Task<BusReady> busReady) => Task.CompletedTask;

    public Task StartFaulted(IBus bus, Exception exception) => Task.CompletedTask;

    public Task PreStop(IBus bus)
    {
        activity.BusRuns = false;
        return Task.CompletedTask;
    }

    public Task PostStop(IBus bus) => Task.CompletedTask;

    public Task StopFaulted(IBus bus, Exception exception) => Task.CompletedTask;
}
