using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using MassTransit;

namespace Capns.Registry.Worker.Operations;

/// <summary>Keeps what a runner said of itself last. Delivered twice or late, an older word changes nothing.</summary>
internal sealed class RunnerHeartbeatConsumer(RunnerStore runners) : IConsumer<RunnerHeartbeat>
{
    public Task Consume(ConsumeContext<RunnerHeartbeat> context) =>
        runners.KeepAsync(context.Message, JsonSerializer.Serialize(context.Message.Drivers, WireJson.Options), context.CancellationToken);
}
