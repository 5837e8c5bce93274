using Capns.Messaging.Broker;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Topology;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Messaging.Tests.Endpoints;

public sealed class EndpointWatchdogTests
{
    [ServersFact]
    public async Task Queue_WithoutItsConsumer_EndsTheProcess()
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var host = await TestHost.StartAsync(new BusSettings { RabbitMqUrl = broker.Url });
        var activity = new EndpointActivity { BusRuns = true };
        activity.Expect(host.Services.GetRequiredService<BusTopology>().Queue(QueueNames.RunReports));
        var exitCodes = new List<int>();
        using var watchdog = Watch(host, activity, exitCodes);

        for (var check = 1; check < EndpointWatchdog.Checks; check++)
        {
            await watchdog.CheckAsync(CancellationToken.None);
            Assert.Empty(exitCodes);
        }

        await watchdog.CheckAsync(CancellationToken.None);
        Assert.Equal([FatalStop.Broken], exitCodes);
    }

    [ServersFact]
    public async Task Queue_WhoseMessagesAreTakenByNobodyHere_EndsTheProcess()
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var host = await TestHost.StartAsync(new BusSettings { RabbitMqUrl = broker.Url });
        var activity = new EndpointActivity { BusRuns = true };
        activity.Expect(host.Services.GetRequiredService<BusTopology>().Queue(QueueNames.RunReports));
        var exitCodes = new List<int>();
        using var watchdog = Watch(host, activity, exitCodes);
        // Another consumer, which has all it may take.
        await using var channel = await broker.OpenChannelAsync();
        await channel.BasicQosAsync(0, 1, false);
        await channel.BasicConsumeAsync(QueueNames.RunReports, false, "", false, false, null, new AsyncEventingBasicConsumer(channel), CancellationToken.None);
        await channel.BasicPublishAsync("", QueueNames.RunReports, mandatory: true, new byte[] { 1 });
        await channel.BasicPublishAsync("", QueueNames.RunReports, mandatory: true, new byte[] { 2 });
        await Eventually.TrueAsync(async () => (await broker.QueueAsync(QueueNames.RunReports))!.Messages == 1, "one message to be ready");

        for (var check = 0; check < EndpointWatchdog.Checks; check++)
        {
            await watchdog.CheckAsync(CancellationToken.None);
        }

        Assert.Equal([FatalStop.Broken], exitCodes);
    }

    [ServersFact]
    public async Task Queue_ThatIsConsumed_IsLeftInPeace()
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var host = await TestHost.StartAsync(
            new BusSettings { RabbitMqUrl = broker.Url },
            (services, bus) => bus.CapnsEndpoint(services, QueueNames.RunReports, _ => { }));
        var exitCodes = new List<int>();
        using var watchdog = Watch(host, host.Services.GetRequiredService<EndpointActivity>(), exitCodes);

        for (var check = 0; check < 3 * EndpointWatchdog.Checks; check++)
        {
            await watchdog.CheckAsync(CancellationToken.None);
        }

        Assert.Empty(exitCodes);
    }

    private static EndpointWatchdog Watch(TestHost host, EndpointActivity activity, List<int> exitCodes) => new(
        activity,
        host.Services.GetRequiredService<BrokerConnection>(),
        new FatalStop(exitCodes.Add),
        TimeProvider.System,
        NullLogger<EndpointWatchdog>.Instance);
}
