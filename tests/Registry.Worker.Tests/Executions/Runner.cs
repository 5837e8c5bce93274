using Capns.Contracts.Executions;
using Capns.Contracts.Running;

namespace Capns.Registry.Worker.Tests.Executions;

/// <summary>What a runner would say, sent by hand.</summary>
internal static class Runner
{
    public const string Queue = "capns.runner.default.normal";

    public static RunStarted Started(RunTool command, string runner = "runner-1") => new()
    {
        ExecutionId = command.ExecutionId,
        Attempt = command.Attempt,
        Dispatch = command.Dispatch,
        RunnerId = runner,
        StartedAt = TimeProvider.System.GetUtcNow(),
        Isolation = "native",
    };

    public static RunEnded Completed(RunTool command) => new()
    {
        ExecutionId = command.ExecutionId,
        Attempt = command.Attempt,
        Dispatch = command.Dispatch,
        RunnerId = "runner-1",
        LastSequence = command.FirstSequence,
        Outcome = RunOutcome.Completed,
        Result = System.Text.Json.JsonSerializer.SerializeToElement(new { value = 8 }),
        Resources = new ResourceUsage { DurationMs = 12 },
        StartedAt = TimeProvider.System.GetUtcNow(),
        EndedAt = TimeProvider.System.GetUtcNow(),
        Isolation = "native",
    };

    public static RunEnded Failed(RunTool command, ErrorCode code) =>
        Completed(command) with { Outcome = RunOutcome.Failed, Result = null, Error = Plans.Error(code) };

    public static RunLost Lost(RunTool command) => new()
    {
        ExecutionId = command.ExecutionId,
        Attempt = command.Attempt,
        Dispatch = command.Dispatch,
        RunnerId = "runner-2",
        LastSequence = 0,
        Reason = "delivered again",
    };
}
