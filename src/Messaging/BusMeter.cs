using System.Diagnostics.Metrics;

namespace Capns.Messaging;

/// <summary>The counters of the bus, on meter <c>Capns</c> (platform spec 10.3).</summary>
internal static class BusMeter
{
    private static readonly Meter Meter = new("Capns");

    private static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>("capability_registry_dead_letters_total", description: "Messages dead-lettered by a consumer.");
    private static readonly Counter<long> Unroutables = Meter.CreateCounter<long>("capability_registry_unroutable_total", description: "Published messages that no queue took.");
    private static readonly Counter<long> RepliesDropped = Meter.CreateCounter<long>("capability_registry_replies_dropped_total", description: "Replies whose target no longer exists.");
    private static readonly Counter<long> UnknownFields = Meter.CreateCounter<long>("capability_registry_unknown_fields_total", description: "Members of payloads that no field takes.");

    public static void DeadLettered(string queue) => DeadLetters.Add(1, new KeyValuePair<string, object?>("queue", queue));

    private static long _unroutable;

    /// <summary>Messages since the start that no queue took.</summary>
    public static long UnroutableCount => Interlocked.Read(ref _unroutable);

    /// <summary>Makes the counters known before the first of them counts.</summary>
    public static void Announce() => System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(BusMeter).TypeHandle);

    public static void Unroutable(string name)
    {
        Interlocked.Increment(ref _unroutable);
        Unroutables.Add(1, new KeyValuePair<string, object?>("event", name));
    }

    public static void ReplyDropped() => RepliesDropped.Add(1);

    public static void UnknownFieldsSeen(string name, int count)
    {
        if (count > 0)
        {
            UnknownFields.Add(count, new KeyValuePair<string, object?>("event", name));
        }
    }
}
