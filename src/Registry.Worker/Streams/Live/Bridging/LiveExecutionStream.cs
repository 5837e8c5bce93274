using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Bridging;

/// <summary>Shows what this instance has committed: to its own watchers at once, to those of others by Redis.</summary>
/// <remarks>The own watchers hear the event a second time by Redis, and know it by its number.</remarks>
internal sealed class LiveExecutionStream(LiveHub hub, RedisEvents redis) : IExecutionStream
{
    public void Append(Guid executionId, string? discussionId, ReadOnlyMemory<byte> document, bool final)
    {
        redis.Append(executionId, discussionId, document, final);
        if (LiveEventReader.FromDocument(document) is { } happened)
        {
            hub.Offer(happened.Of(discussionId));
        }
    }
}
