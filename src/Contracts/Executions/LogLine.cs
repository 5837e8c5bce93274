namespace Capns.Contracts.Executions;

/// <summary>A line, or several merged lines, that a tool wrote (platform spec 3.16). At most 8 KiB a line.</summary>
public sealed record LogLine
{
    /// <summary><c>stdout</c> or <c>stderr</c>.</summary>
    public required string Stream { get; init; }

    /// <summary>Without its line end; merged lines are joined by a line feed.</summary>
    public required string Line { get; init; }
}
