using System.Diagnostics;
using MassTransit;

namespace Capns.Bench.Load;

/// <summary>A plain MassTransit publish and consume with default settings: what any bus of this kind costs.</summary>
internal static class PlainHop
{
    public static async Task<LatencySample> MeasureAsync(Uri broker, TimeSpan duration, CancellationToken cancellationToken)
    {
        var sample = new LatencySample();
        var arrived = new Arrival();
        var bus = Bus.Factory.CreateUsingRabbitMq(configurator =>
        {
            configurator.Host(broker);
            configurator.ReceiveEndpoint("bench-plain-hop", endpoint =>
            {
                endpoint.AutoDelete = true;
                endpoint.Durable = false;
                endpoint.Handler<Hop>(_ =>
                {
                    arrived.Signal();
                    return Task.CompletedTask;
                });
            });
        });
        await bus.StartAsync(cancellationToken);
        try
        {
            await HopAsync(bus, arrived, sample: null, TimeSpan.FromSeconds(1), cancellationToken);
            await HopAsync(bus, arrived, sample, duration, cancellationToken);
        }
        finally
        {
            await bus.StopAsync(CancellationToken.None);
        }

        return sample;
    }

    private static async Task HopAsync(IBusControl bus, Arrival arrived, LatencySample? sample, TimeSpan duration, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < duration)
        {
            var next = arrived.Next();
            var from = Stopwatch.GetTimestamp();
            await bus.Publish(new Hop(), cancellationToken);
            var to = await next.WaitAsync(TimeSpan.FromSeconds(10), cancellationToken);
            sample?.Add(from, to);
        }
    }

    /// <summary>Nothing but a type.</summary>
    public sealed record Hop;

    private sealed class Arrival
    {
        private TaskCompletionSource<long> _next = new();

        public Task<long> Next()
        {
            _next = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }

        public void Signal() => _next.TrySetResult(Stopwatch.GetTimestamp());
    }
}
