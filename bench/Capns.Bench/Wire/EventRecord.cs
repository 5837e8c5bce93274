namespace Capns.Bench.Wire;

/// <summary>One message as the broker handed it out: all that the checker knows.</summary>
internal sealed record EventRecord
{
    /// <summary>CloudEvents <c>id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Event name.</summary>
    public required string Type { get; init; }

    public required Guid ExecutionId { get; init; }

    public required int Sequence { get; init; }

    public required int Attempt { get; init; }

    public required string State { get; init; }

    /// <summary>The code of a failure; else null.</summary>
    public string? Code { get; init; }

    public string? RunnerId { get; init; }

    /// <summary>Kind of a progress event; else null.</summary>
    public string? Kind { get; init; }

    /// <summary>When the recorder got it, by its own clock.</summary>
    public required long ReceivedAt { get; init; }

    /// <summary>True when the broker says that it handed it out before.</summary>
    public required bool Redelivered { get; init; }

    public bool IsFinal => Type is "tool.execution.completed" or "tool.execution.failed" or "tool.execution.cancelled";
}
