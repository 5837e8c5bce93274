using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Streams.Live.Bridging;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Rooms;

namespace Capns.Registry.Worker.Streams.Live.Announcements;

/// <summary>Announcements go to the own clients at once and to those of other instances by Redis.</summary>
internal sealed class LiveAnnouncements(LiveHub hub, RedisEvents redis, TimeProvider time) : ILiveAnnouncements
{
    public void Announce(Announcement announcement)
    {
        var now = time.GetUtcNow();
        var document = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                id = Guid.CreateVersion7(now),
                type = "announcement",
                data = new { announcement.Kind, announcement.Title, announcement.Text, announcement.Severity, announcement.ToolId, announcement.By, timestamp = now },
            },
            WireJson.Options);
        redis.Publish($"ws:{RoomName.Broadcast}", document);
        hub.Broadcast(LiveEventReader.FromDocument(document)!);
    }
}
