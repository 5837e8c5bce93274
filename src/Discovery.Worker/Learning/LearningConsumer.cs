using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Learning.Rules;
using Capns.Messaging;
using Capns.Messaging.Inbound;
using Capns.Messaging.Topology;
using MassTransit;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Learns from how executions ended and from feedback (platform spec 3.22, 7.3). One message at a time, on one instance.</summary>
/// <remarks>
/// Delivered twice, a message teaches once. The ends of executions are believed only from the platform's own logins (platform spec 3.3,
/// rule 8). While PostgreSQL is away the message waits.
/// </remarks>
internal sealed class LearningConsumer(
    LearningStore store, FeedbackDoor feedback, BusSettings bus, LearningMeter meter, TimeProvider time, ILogger<LearningConsumer> logger)
    : IConsumer<InboundEvent>
{
    public async Task Consume(ConsumeContext<InboundEvent> context)
    {
        var inbound = context.Message;
        if (inbound.EventName == EventNames.LearningRecorded)
        {
            await feedback.TakeAsync(inbound, context.CancellationToken);
            return;
        }

        if (!bus.IsPlatformUser(inbound.AmqpUser))
        {
            LearningLog.NotBelieved(logger, inbound.EventName, inbound.AmqpUser ?? "(unknown)");
            return;
        }

        var observation = inbound.EventName == EventNames.ExecutionCompleted
            ? Observation.Of(Read<ToolExecutionResult>(inbound), time.GetUtcNow())
            : Observation.Of(Read<ToolExecutionError>(inbound), time.GetUtcNow());
        if (observation is null)
        {
            meter.Took("execution", LearningMeter.NotCounted);
            return;
        }

        var result = await store.ApplyAsync(observation, context.CancellationToken);
        meter.Took("execution", result == LearningResult.Applied ? "applied" : "repeated");
        LearningLog.Learned(logger, inbound.EventName, observation.ExecutionId, observation.ToolId, result);
    }

    private static T Read<T>(InboundEvent inbound)
        where T : class => PayloadReader.TryRead<T>(inbound.Payload, out var value, out var errors)
            ? value!
            : throw new UnreadableExecutionEventException($"{inbound.EventName}: {string.Join(' ', errors.Select(error => error.Message))}");
}
