using Capns.Messaging.Topology;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Rooms;

namespace Capns.Registry.Worker.Streams.Live.Bridging;

/// <summary>Looks at everything that was committed to be published, and shows workflow and catalogue events to their rooms.</summary>
/// <remarks>Events of executions and their approvals come by <see cref="IExecutionStream"/>. A row that the sweep publishes after a crash is not shown.</remarks>
internal sealed class LiveOutbox(IOutboxHotPath inner, LiveHub hub, RedisEvents redis) : IOutboxHotPath
{
    /// <summary>What everybody hears (platform spec 4.7, room <c>broadcast</c>).</summary>
    private static readonly string[] ForEverybody = [EventNames.ToolDeprecated];

    public TimeSpan Lease => inner.Lease;

    public ValueTask EnqueueAsync(IReadOnlyList<OutboxRow> rows)
    {
        foreach (var row in rows)
        {
            Show(row);
        }

        return inner.EnqueueAsync(rows);
    }

    public Task ReleaseAsync(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken) => inner.ReleaseAsync(rows, cancellationToken);

    private void Show(OutboxRow row)
    {
        var isForRooms = row.RoutingKey.StartsWith("tool.workflow.", StringComparison.Ordinal);
        var isForEverybody = ForEverybody.Contains(row.RoutingKey, StringComparer.Ordinal);
        if ((!isForRooms && !isForEverybody) || LiveEventReader.FromDocument(row.Body) is not { } happened)
        {
            return;
        }

        if (isForEverybody)
        {
            redis.Publish($"ws:{RoomName.Broadcast}", row.Body);
            hub.Broadcast(happened);
            return;
        }

        if (happened.ExecutionId is { } execution)
        {
            redis.Publish($"ws:execution:{execution}", row.Body);
        }

        if (happened.DiscussionId is { } discussion)
        {
            redis.Publish($"ws:discussion:{discussion}", row.Body);
        }

        hub.Offer(happened);
    }
}
