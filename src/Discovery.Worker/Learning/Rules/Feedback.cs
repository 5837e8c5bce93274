namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>Feedback that can be learned from: read, checked, and its tools found (platform spec 3.22).</summary>
internal sealed record Feedback
{
    /// <summary>Learned from once.</summary>
    public required string EventId { get; init; }

    /// <summary>The tool.</summary>
    public required Guid ToolId { get; init; }

    /// <summary>Who used it.</summary>
    public required string AgentId { get; init; }

    /// <summary>The observation it corrects. Absent: it is a use of its own.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>Word of the outcome.</summary>
    public required string Outcome { get; init; }

    /// <summary>0 to 1, at most 6 decimal places.</summary>
    public required decimal X { get; init; }

    /// <summary>What it was about. Absent: nothing was said.</summary>
    public FeedbackContext? Context { get; init; }

    /// <summary>The session that companions are counted in.</summary>
    public string? SessionKey { get; init; }

    /// <summary>Tools it was used with; never the tool itself, none twice.</summary>
    public IReadOnlyList<Guid> Companions { get; init; } = [];

    /// <summary>The tool that it served instead of; never the tool itself.</summary>
    public Guid? Replaced { get; init; }

    /// <summary>Whether that worked.</summary>
    public bool ReplacementWorked { get; init; }

    /// <summary>Milliseconds.</summary>
    public int Ms { get; init; }

    /// <summary>When it was used; never in the future.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>JSON text of what was sent, for the record and to tell a repeat from another event with the same id.</summary>
    public required string Payload { get; init; }
}
