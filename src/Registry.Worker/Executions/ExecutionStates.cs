using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions;

/// <summary>The states as the state machine names them, and their words in the database and on the wire (platform spec 5.7).</summary>
internal static class ExecutionStates
{
    /// <summary>The states an execution never leaves.</summary>
    public static IReadOnlyList<ExecutionState> Final { get; } =
    [
        ExecutionState.Completed, ExecutionState.Failed, ExecutionState.Cancelled, ExecutionState.Rejected, ExecutionState.Expired,
    ];

    /// <summary>The state machine's name for a word of the database.</summary>
    public static string NameOf(string word) => Parse(word).ToString();

    /// <summary>From either spelling.</summary>
    /// <exception cref="ArgumentException">Neither.</exception>
    public static ExecutionState Parse(string text) => Enum.Parse<ExecutionState>(text.Replace("-", string.Empty, StringComparison.Ordinal), ignoreCase: true);

    /// <summary>Where the execution is.</summary>
    public static ExecutionState State(this Execution execution) =>
        execution.Status.Length == 0 || execution.Status == "Initial" ? ExecutionState.Pending : Parse(execution.Status);

    /// <summary>True in the five final states.</summary>
    public static bool IsFinal(this Execution execution) => Final.Contains(execution.State());
}
