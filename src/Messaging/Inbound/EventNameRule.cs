using Capns.Messaging.Topology;

namespace Capns.Messaging.Inbound;

/// <summary>The name of an event as it was given, and as it is handled.</summary>
/// <param name="Canonical">One of <see cref="EventNames.All"/>.</param>
/// <param name="IsAlias">True when it came under an alternative name (platform spec 3.12).</param>
internal readonly record struct EventName(string Canonical, bool IsAlias);

/// <summary>Which event a message is (platform spec 3.5, column Event name, and rule 1).</summary>
internal static class EventNameRule
{
    private const string Urn = "urn:message:";
    private const string ContractsNamespace = "Capns.Contracts";

    private static readonly Type[] Records = [.. typeof(Contracts.Executions.ToolExecutionRequest).Assembly.GetExportedTypes()
        .Where(type => type.IsDefined(typeof(MassTransit.MessageUrnAttribute), inherit: false))];

    private static readonly Dictionary<string, string> RecordNames =
        Records.ToDictionary(type => type.Name, Outbound.OutboundDocuments.NameOf, StringComparer.Ordinal);

    private static readonly Dictionary<string, Type> RecordsByEvent =
        Records.ToDictionary(Outbound.OutboundDocuments.NameOf, StringComparer.Ordinal);

    /// <summary>The record of an event; absent for events that have none yet.</summary>
    public static Type? Record(string name) => RecordsByEvent.GetValueOrDefault(name);

    public static EventName Find(Envelope envelope, InboundDelivery delivery, InboundQueue queue)
    {
        var name = envelope.Format switch
        {
            BodyFormat.MassTransitEnvelope => FromUrns(envelope, queue) ?? FromProperties(delivery, queue),
            BodyFormat.BareJson => FromProperties(delivery, queue),
            _ => Known(envelope.Name, queue)
                ?? throw new UnreadableException(UnreadableReason.UnknownType, $"There is no event {Quoted(envelope.Name)}."),
        };
        return queue.Events.Contains(name.Canonical, StringComparer.Ordinal)
            ? name
            : throw new UnreadableException(UnreadableReason.WrongQueue, $"Queue {queue.Name} does not serve event {name.Canonical}.");
    }

    private static EventName? FromUrns(Envelope envelope, InboundQueue queue)
    {
        foreach (var type in envelope.MessageTypes)
        {
            if (type.StartsWith(Urn, StringComparison.OrdinalIgnoreCase) && Known(FromUrn(type[Urn.Length..]), queue) is { } name)
            {
                return name;
            }
        }

        return null;
    }

    // urn:message:tool.execution.requested, or urn:message:Capns.Contracts[.Namespace]:ToolExecutionRequest.
    private static string FromUrn(string rest)
    {
        var colon = rest.LastIndexOf(':');
        return colon > 0 && (rest[..colon] == ContractsNamespace || rest.StartsWith(ContractsNamespace + ".", StringComparison.Ordinal))
            && RecordNames.TryGetValue(rest[(colon + 1)..], out var name) ? name : rest;
    }

    private static EventName FromProperties(InboundDelivery delivery, InboundQueue queue)
    {
        if ((Known(delivery.Type, queue) ?? Known(delivery.RoutingKey, queue)) is { } known)
        {
            return known;
        }

        var served = queue.Events.Intersect(EventNames.Inbound, StringComparer.Ordinal).ToList();
        return served.Count == 1
            ? new EventName(served[0], false)
            : throw new UnreadableException(
                UnreadableReason.UnknownType,
                $"Neither type {Quoted(delivery.Type)} nor routing key {Quoted(delivery.RoutingKey)} names an event.");
    }

    private static EventName? Known(string? name, InboundQueue queue)
    {
        if (name is null)
        {
            return null;
        }

        if (EventNames.All.Contains(name) || queue.Events.Contains(name, StringComparer.Ordinal))
        {
            return new EventName(name, false);
        }

        return queue.Settings.LegacyEventAliases && EventNames.Aliases.TryGetValue(name, out var canonical) ? new EventName(canonical, true) : null;
    }

    private static string Quoted(string? name) => name is null ? "(absent)" : $"\"{(name.Length <= 100 ? name : name[..100])}\"";
}
