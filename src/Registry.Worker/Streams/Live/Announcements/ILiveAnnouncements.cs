namespace Capns.Registry.Worker.Streams.Live.Announcements;

/// <summary>Tells everybody something in room <c>broadcast</c>, on all instances (platform spec 4.7, 5.11). Thread-safe; best effort.</summary>
internal interface ILiveAnnouncements
{
    /// <summary>Tells it. Never waits and never throws.</summary>
    void Announce(Announcement announcement);
}

/// <summary>What is announced.</summary>
internal sealed record Announcement
{
    /// <summary><c>announcement</c>, or what happened: <c>kill-switch</c>.</summary>
    public string Kind { get; init; } = "announcement";

    public required string Title { get; init; }

    public required string Text { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>Absent: it is about no tool.</summary>
    public Guid? ToolId { get; init; }

    /// <summary>Who said it; absent: the platform.</summary>
    public string? By { get; init; }
}
