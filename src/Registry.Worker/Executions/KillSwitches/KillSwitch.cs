namespace Capns.Registry.Worker.Executions.KillSwitches;

/// <summary>Row of <c>kill_switches</c> (platform spec 5.11).</summary>
internal sealed record KillSwitch
{
    /// <summary><c>global</c> or <c>tool</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>Absent: every tool.</summary>
    public Guid? ToolId { get; init; }

    /// <summary><c>block</c>: nothing new; <c>stop</c>: also what waits and runs ends.</summary>
    public required string Mode { get; init; }

    public required string Reason { get; init; }

    public required string SetBy { get; init; }

    public required DateTimeOffset SetAt { get; init; }

    /// <summary>For whoever is refused or stopped.</summary>
    public string Sentence => $"{(ToolId is null ? "All tools are" : "The tool is")} stopped by an operator: {Reason}";
}
