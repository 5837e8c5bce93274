using System.Diagnostics;
using Capns.Messaging.Outbound;

namespace Capns.Messaging.Tracing;

/// <summary>W3C trace context over the bus (platform spec 3.7).</summary>
public static class TraceContext
{
    /// <summary>Name of the activity source of all spans of the bus.</summary>
    public const string SourceName = "Capns.Messaging";

    internal static ActivitySource Source { get; } = new(SourceName);

    /// <summary>True for a well-formed <c>traceparent</c>.</summary>
    internal static bool IsValid(string? traceParent) => traceParent is not null && ActivityContext.TryParse(traceParent, null, out _);

    /// <summary>
    /// The trace context of a document: the current activity when it belongs to the request's trace (it is the closer parent) or
    /// when the request brings none; else what the request brought.
    /// </summary>
    internal static (string? Parent, string? State) ForOutbound(OutboundContext context)
    {
        var current = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity : null;
        if (context.TraceParent is not { } given || !ActivityContext.TryParse(given, context.TraceState, out var parsed))
        {
            return (current?.Id, current?.TraceStateString);
        }

        return current is not null && current.TraceId == parsed.TraceId
            ? (current.Id, current.TraceStateString ?? context.TraceState)
            : (given, context.TraceState);
    }

    /// <summary>A consumer's span under the sender's.</summary>
    internal static Activity? Consume(string name, string? traceParent, string? traceState)
    {
        ActivityContext.TryParse(traceParent, traceState, isRemote: true, out var parent);
        return Source.StartActivity($"{name} process", ActivityKind.Consumer, parent);
    }
}
