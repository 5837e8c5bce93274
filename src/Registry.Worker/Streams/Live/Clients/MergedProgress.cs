using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Clients;

/// <summary>Progress events of one kind, merged for a watcher that is too slow (platform spec 3.16, 4.7).</summary>
/// <remarks>The latest event, with log lines joined and what it does not say itself taken from earlier ones. Not thread-safe.</remarks>
internal sealed class MergedProgress
{
    /// <summary>Bytes of payloads that are kept to be merged; beyond it the oldest go and the event says <c>truncated</c>.</summary>
    public const int MaxBytes = 256 * 1024;

    private static readonly string[] Carried = ["progress", "currentStep", "message"];

    private readonly LinkedList<LiveEvent> _parts = [];
    private bool _cut;

    public MergedProgress(LiveEvent latest)
    {
        _parts.AddLast(latest);
        Bytes = latest.Payload.Length;
    }

    /// <summary>Bytes of the payloads that are kept.</summary>
    public int Bytes { get; private set; }

    /// <summary>Puts an earlier event before those that are here.</summary>
    public void Prepend(LiveEvent earlier)
    {
        if (_cut || Bytes + earlier.Payload.Length > MaxBytes)
        {
            _cut = true;
            return;
        }

        // What has no text of its own is replaced, not joined.
        if (earlier.Kind is "log" or "progress")
        {
            Bytes += earlier.Payload.Length;
            _parts.AddFirst(earlier);
        }
    }

    /// <summary>The same for events that are merged already.</summary>
    public void Prepend(MergedProgress earlier)
    {
        for (var part = earlier._parts.Last; part is not null; part = part.Previous)
        {
            Prepend(part.Value);
        }

        _cut |= earlier._cut;
    }

    /// <summary>One event in place of all.</summary>
    public LiveEvent ToEvent()
    {
        var latest = _parts.Last!.Value;
        var merged = LiveJson.Parse(latest.Payload.Span);
        if (latest.Kind == "log")
        {
            JoinLines(merged);
        }
        else if (latest.Kind == "progress")
        {
            Carry(merged);
        }

        if (_cut)
        {
            merged["truncated"] = true;
        }

        return LiveEventReader.FromLog(latest.Name, JsonSerializer.Serialize(merged, Contracts.Json.WireJson.Options));
    }

    private void JoinLines(JsonObject merged)
    {
        var lines = _parts.Select(part => LiveJson.Parse(part.Payload.Span)["log"]?["line"]?.ToString()).OfType<string>();
        if (merged["log"] is JsonObject log)
        {
            log["line"] = string.Join('\n', lines);
        }
    }

    private void Carry(JsonObject merged)
    {
        foreach (var part in _parts.Reverse().Skip(1).Select(part => LiveJson.Parse(part.Payload.Span)))
        {
            foreach (var name in Carried.Where(name => merged[name] is null))
            {
                merged[name] = part[name]?.DeepClone();
            }
        }
    }
}
