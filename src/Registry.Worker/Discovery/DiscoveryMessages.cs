using System.Text.Json;
using Capns.Access;
using Capns.Access.Messages;
using Capns.Messaging;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;

namespace Capns.Registry.Worker.Discovery;

/// <summary>What the registry sends to discovery for a caller over HTTP. Thread-safe.</summary>
/// <remarks>
/// Inbound events whose source is the platform's own name are dropped wherever they are read (platform spec 3.5, rule 7), so these have a
/// source of their own.
/// </remarks>
internal sealed class DiscoveryMessages(BusSettings settings, TimeProvider time)
{
    private readonly OutboundDocuments _documents = new(settings with { ServiceName = $"{settings.ServiceName}.http" }, time);

    /// <summary>A request of platform spec 3.20, to whoever listens to it.</summary>
    /// <param name="request">The payload.</param>
    /// <param name="caller">Whose rights count.</param>
    /// <param name="id">Correlation id; used for nothing else.</param>
    public OutboundMessage Question(object request, Caller caller, string id) => For(caller, _documents.Create(
        EventNames.DiscoveryRequested, request, EventNames.DiscoveryRequested, EventNames.DiscoveryRequested, new OutboundContext { CorrelationId = id }));

    /// <summary>A command about the graph.</summary>
    public OutboundMessage Command<T>(T command, Caller caller, string id)
        where T : class => For(caller, _documents.ToQueue(QueueNames.DiscoveryCommands, command, new OutboundContext { CorrelationId = id }));

    /// <summary>Feedback of platform spec 3.22, to the queue that is learned from and nowhere else (3.3, rule 8).</summary>
    public OutboundMessage Feedback(JsonElement feedback, Caller caller, string? correlationId) => For(caller, _documents.Create(
        EventNames.LearningRecorded, feedback, "", QueueNames.DiscoveryLearning, new OutboundContext { CorrelationId = correlationId }));

    private static OutboundMessage For(Caller caller, OutboundMessage message) =>
        message with { Headers = new Dictionary<string, string>(message.Headers) { [ForwardedCaller.Header] = CallerHeader.Write(caller) } };
}
