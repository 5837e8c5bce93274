using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Admission;

namespace Capns.Registry.Worker.Tests.Executions;

/// <summary>Valid plans, executions and reports; a test changes what it is about.</summary>
internal static class Plans
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);

    public static RunPlan Plan() => new()
    {
        ToolId = Guid.Parse("5f0c1c52-6a2f-4c39-9a55-6d1f4f6f7a10"),
        ToolVersion = "1.2.0",
        Level = SecurityLevel.Safe,
        Pool = "default",
        Priority = Priority.Normal,
        Executor = new RunExecutor { Type = "builtin", Handler = "math-calculator" },
        Limits = new RunLimits { MemoryMb = 256, Cpu = 0.5, TimeoutMs = 5000, SecurityLevel = SecurityLevel.Safe },
        Parameters = JsonSerializer.SerializeToElement(new { a = 5, b = 3 }),
        ParametersHash = "sha256:00",
        Retry = Policy(),
        RateLimit = new RunRateLimit { Caller = "agent-001", MaxCallsPerMinute = 20 },
        RejectWhenLimited = false,
        Idempotent = true,
        SecretNames = [],
        EstimatedDuration = 20,
        EstimatedCost = 0.0001m,
        StrictResult = true,
        ResultMayTravel = true,
    };

    public static ResolvedRetryPolicy Policy() => new()
    {
        MaxAttempts = 3,
        Backoff = "exponential",
        InitialDelayMs = 1000,
        Multiplier = 2,
        MaxDelayMs = 30_000,
        Jitter = 0.2,
        RetryOn = [ErrorType.Timeout, ErrorType.Quota, ErrorType.Dependency],
    };

    /// <summary>Handed over as dispatch 1, attempt 1 not started.</summary>
    public static Execution Queued(RunPlan? plan = null) => new()
    {
        CorrelationId = Guid.CreateVersion7(),
        Status = "Queued",
        PlanJson = JsonSerializer.Serialize(plan ?? Plan(), WireJson.Options),
        MaxAttempts = (plan ?? Plan()).Retry.MaxAttempts,
        TimeoutMs = 5000,
        Dispatch = 1,
        HandedOverAt = Now,
        QueuedAt = Now,
        QueueDeadline = Now.AddMinutes(5),
        DueAt = Now.AddMinutes(5).AddSeconds(5),
    };

    /// <summary>Attempt 1 runs since now.</summary>
    public static Execution Running(RunPlan? plan = null)
    {
        var execution = Queued(plan);
        execution.Status = "Running";
        execution.Attempt = 1;
        execution.StartedAt = Now;
        execution.RunnerId = "runner-1";
        execution.LastSequence = 1;
        execution.LeaseUntil = Now.AddSeconds(30);
        execution.RunDeadline = Now.AddSeconds(65);
        execution.DueAt = execution.LeaseUntil;
        return execution;
    }

    public static RunEnded Ended(Execution execution, RunOutcome outcome = RunOutcome.Completed) => new()
    {
        ExecutionId = execution.CorrelationId,
        Attempt = 1,
        Dispatch = execution.Dispatch,
        RunnerId = "runner-1",
        LastSequence = 1,
        Outcome = outcome,
        Result = JsonSerializer.SerializeToElement(new { value = 8 }),
        Resources = new ResourceUsage { DurationMs = 22 },
        StartedAt = Now,
        EndedAt = Now.AddMilliseconds(22),
        Isolation = "native",
    };

    public static RunStarted Started(Execution execution) => new()
    {
        ExecutionId = execution.CorrelationId,
        Attempt = 1,
        Dispatch = execution.Dispatch,
        RunnerId = "runner-1",
        StartedAt = Now,
        Isolation = "native",
    };

    public static RunLost Lost(Execution execution) => new()
    {
        ExecutionId = execution.CorrelationId,
        Attempt = 1,
        Dispatch = execution.Dispatch,
        RunnerId = "runner-2",
        LastSequence = 0,
        Reason = "delivered again",
    };

    public static ErrorDetail Error(ErrorCode code) => new() { Type = code.Type, Code = code.Code, Message = "test", Recoverable = code.Recoverable };
}
