namespace Capns.Discovery.Worker.Recommendations;

/// <summary>What was observed of one tool, over all agents.</summary>
/// <param name="N">Observations: runs and feedback.</param>
/// <param name="S">Sum of their outcomes, 0 to <paramref name="N"/>.</param>
/// <param name="Uses">Runs of the last 30 days.</param>
/// <param name="MeanCost">Of a run in these days. Absent: none was seen.</param>
/// <param name="P95Ms">Milliseconds within which 95 of 100 runs ended. Absent: none was seen.</param>
internal readonly record struct ToolFacts(long N, double S, long Uses, double? MeanCost, double? P95Ms);

/// <summary>What was observed of all tools, as of one epoch. Immutable.</summary>
internal interface IToolFacts
{
    /// <summary>Grows with everything that is learned.</summary>
    long Epoch { get; }

    /// <summary>Zeros for a tool of which nothing was seen.</summary>
    ToolFacts Of(Guid tool);
}
