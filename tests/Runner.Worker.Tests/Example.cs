using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Tests;

/// <summary>Valid things; a test changes only what it is about.</summary>
internal static class Example
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);

    public static RunnerOptions Options() => new() { RunnerId = $"runner-{Guid.CreateVersion7():N}" };

    public static JsonElement Json(string text) => JsonElement.Parse(text);

    /// <summary>Attempt 1 of a safe built-in tool, started with sequence 1.</summary>
    public static RunTool RunTool(DateTimeOffset? now = null)
    {
        var toolId = Guid.CreateVersion7();
        return new RunTool
        {
            ExecutionId = Guid.CreateVersion7(),
            Attempt = 1,
            Dispatch = 1,
            ToolId = toolId,
            ToolVersion = "1.2.0",
            Pool = "default",
            Priority = Priority.Normal,
            Executor = new RunExecutor { Type = "builtin", Handler = "math-calculator" },
            Limits = new RunLimits { MemoryMb = 256, Cpu = 0.5, TimeoutMs = 10_000, SecurityLevel = SecurityLevel.Safe },
            Parameters = Json("""{"operation":"add","operands":[5,3]}"""),
            FirstSequence = 1,
            QueueDeadline = (now ?? Now).AddMinutes(5),
            Identity = new ExecutionIdentity
            {
                ToolId = toolId.ToString(),
                ToolName = "math-calculator",
                ToolVersion = "1.2.0",
                SecurityLevel = SecurityLevel.Safe,
                AgentId = "agent-001",
                RequestId = "r-77",
                CorrelationId = "corr-77",
            },
        };
    }

    public static RunTool At(this RunTool order, SecurityLevel level) =>
        order with { Limits = order.Limits with { SecurityLevel = level }, Identity = order.Identity with { SecurityLevel = level } };

    /// <summary>A program that exited.</summary>
    public static SandboxResult Exited(int code = 0) => new()
    {
        Outcome = SandboxOutcome.Exited,
        ExitCode = code,
        Driver = FakeSandbox.Name,
        SandboxId = "fake-1",
        Warm = true,
        Duration = TimeSpan.FromMilliseconds(22),
        CpuTime = TimeSpan.FromMilliseconds(4),
        PeakMemoryBytes = 23 * 1024 * 1024,
    };
}
