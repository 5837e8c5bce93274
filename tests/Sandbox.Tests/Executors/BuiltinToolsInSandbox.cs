using System.Text;
using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Sandboxing;
using Capns.Sandbox.Tests.Conformance;
using Capns.Sandbox.Tests.Containers;
using Capns.Sandbox.Tests.Native;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Capns.Sandbox.Tests.Executors;

/// <summary>Every built-in tool gives its result in a real sandbox, as the runner plans it.</summary>
public abstract class BuiltinToolsInSandbox(SandboxFixture fixture)
{
    [SandboxTheory]
    [InlineData("math-calculator", """{"operation":"add","operands":[5,3]}""", """{"value": 8}""")]
    [InlineData("math-calculator", """{"operation":"divide","operands":[5,0]}""", "Division by zero.")]
    [InlineData("text-analysis", """{"analysis":"sentiment","text":"I love it."}""", "\"positive\"")]
    [InlineData("time-utility", """{"operation":"parse","value":1772442900000,"timezone":"Europe/Berlin"}""", "2026-03-02T10:15:00.000+01:00")]
    [InlineData("id-generator", """{"kind":"sequential","count":2}""", """["000001", "000002"]""")]
    public async Task Run_BuiltinTool_PrintsItsControlLine(string handler, string parameters, string expected)
    {
        var output = new RecordedOutput();

        var spec = await PlanAsync(handler, parameters);
        var result = await fixture.Sandbox.RunAsync(spec, output, CancellationToken.None, CancellationToken.None);

        Assert.True(result.Outcome == SandboxOutcome.Exited, $"{result} {output.Stderr}");
        Assert.Empty(output.Stderr);
        var line = JsonElement.Parse(Encoding.UTF8.GetBytes(Assert.Single(output.Stdout.TrimEnd('\n').Split('\n'))));
        Assert.Equal(result.ExitCode == 0 ? "result" : "error", line.GetProperty("$capns").GetString());
        Assert.Contains(expected, output.Stdout, StringComparison.Ordinal);
    }

    private async Task<SandboxSpec> PlanAsync(string handler, string parameters)
    {
        var options = new RunnerOptions { RunnerId = "runner-1" };
        var drivers = new SandboxSelection([fixture.Sandbox], Options.Create(new SandboxOptions()), NullLogger<SandboxSelection>.Instance);
        await drivers.ProbeAsync(CancellationToken.None);
        var order = new RunTool
        {
            ExecutionId = Guid.CreateVersion7(),
            Attempt = 1,
            Dispatch = 1,
            ToolId = Guid.CreateVersion7(),
            ToolVersion = "1.0.0",
            Pool = "default",
            Priority = Priority.Normal,
            Executor = new RunExecutor { Type = "builtin", Handler = handler },
            Limits = new RunLimits { MemoryMb = 256, Cpu = 0.5, TimeoutMs = 10_000, SecurityLevel = SecurityLevel.Safe },
            Parameters = JsonElement.Parse(Encoding.UTF8.GetBytes(parameters)),
            FirstSequence = 1,
            QueueDeadline = DateTimeOffset.MaxValue,
            Identity = new ExecutionIdentity { ToolId = handler },
        };
        var planner = new RunPlanner(drivers, new BuiltinTools(options), options, new Sealer(SealingKeys.Development), TimeProvider.System);
        Assert.True(planner.TryPrepare(order, out var prepared, out var refusal), refusal?.Error?.Message);
        return prepared!.Spec;
    }
}

/// <inheritdoc />
[Requires(typeof(NativeRequirement))]
public sealed class BuiltinToolsInNativeSandbox(NativeFixture fixture) : BuiltinToolsInSandbox(fixture), IClassFixture<NativeFixture>;

/// <inheritdoc />
[Requires(typeof(EngineRequirement))]
[Collection(ContainerFixture.Reaping)]
public sealed class BuiltinToolsInContainer(ContainerFixture fixture) : BuiltinToolsInSandbox(fixture), IClassFixture<ContainerFixture>;
