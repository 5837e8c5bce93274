namespace Capns.Messaging.Outbound;

/// <summary>What a document carries on from the request that caused it (platform spec 3.6, 3.7). Everything may be absent.</summary>
public sealed record OutboundContext
{
    /// <summary>Nothing is carried on.</summary>
    public static OutboundContext None { get; } = new();

    /// <summary>Correlation id of the request.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>W3C trace context of the request. A current activity of the same trace, or without it any current activity, is used instead.</summary>
    public string? TraceParent { get; init; }

    /// <inheritdoc cref="TraceParent"/>
    public string? TraceState { get; init; }

    /// <summary>CloudEvents subject. Absent: taken from the payload as platform spec 3.4 says.</summary>
    public string? Subject { get; init; }
}
