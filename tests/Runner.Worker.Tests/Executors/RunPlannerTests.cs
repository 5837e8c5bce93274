using System.Text;
using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Sandboxing;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using SettingsOf = Microsoft.Extensions.Options.Options;

namespace Capns.Runner.Worker.Tests.Executors;

public class RunPlannerTests
{
    [Fact]
    public async Task Prepare_Builtin_TakesEverythingFromStdin()
    {
        var planner = await PlannerAsync(Example.Options());
        var order = Example.RunTool() with { Attempt = 2 };

        Assert.True(planner.TryPrepare(order, out var prepared, out _));

        var stdin = JsonElement.Parse(prepared.Spec.Stdin.Span);
        Assert.True(prepared.Spec.Program.Prestart);
        Assert.Empty(prepared.Spec.Environment);
        Assert.Equal("math-calculator", stdin.GetProperty("handler").GetString());
        Assert.Equal("[5,3]", stdin.GetProperty("parameters").GetProperty("operands").GetRawText());
        Assert.Equal("2", stdin.GetProperty("environment").GetProperty("CAPNS_ATTEMPT").GetString());
        Assert.True(planner.TryPrepare(Example.RunTool(), out var other, out _));
        Assert.Same(prepared.Spec.Program, other.Spec.Program);
    }

    [Fact]
    public async Task Prepare_Command_GetsParametersAndTheContractsEnvironment()
    {
        using var files = new TemporaryFolder();
        var planner = await PlannerAsync(Example.Options() with { ToolFiles = files.Path });
        var order = Example.RunTool() with
        {
            Executor = new RunExecutor { Type = "command", Command = ["/tools/run", "x"], Environment = new Dictionary<string, string> { ["A"] = "b" } },
        };

        Assert.True(planner.TryPrepare(order, out var prepared, out _));

        var spec = prepared.Spec;
        Assert.Equal(["/tools/run", "x"], spec.Program.Command);
        Assert.Equal("b", spec.Program.Environment["A"]);
        Assert.Equal("/tools", spec.Program.ReadOnlyFolders[files.Path]);
        Assert.Equal("""{"operation":"add","operands":[5,3]}""", Encoding.UTF8.GetString(spec.Stdin.Span));
        Assert.Equal(order.ExecutionId.ToString(), spec.Environment["CAPNS_EXECUTION_ID"]);
        Assert.Equal("1", spec.Environment["CAPNS_ATTEMPT"]);
        Assert.Equal("1.2.0", spec.Environment["CAPNS_TOOL_VERSION"]);
        Assert.Equal("2026-03-02T09:15:10.000Z", spec.Environment["CAPNS_DEADLINE"]);
        Assert.Equal(256L * 1024 * 1024, spec.Limits.MemoryBytes);
        Assert.Equal(TimeSpan.FromSeconds(10), spec.Limits.WallTime);
        Assert.Equal((0.5, 64, 10_485_760, 67_108_864), (spec.Limits.Cpu, spec.Limits.Processes, spec.Limits.OutputBytes, spec.Limits.ScratchBytes));
    }

    [Theory]
    [InlineData("builtin", SecurityLevel.Safe, null, "none-benchmark")]
    [InlineData("builtin", SecurityLevel.Moderate, null, "native")]
    [InlineData("builtin", SecurityLevel.Safe, "native", "native")]
    [InlineData("command", SecurityLevel.Safe, null, "native")]
    public async Task Prepare_BenchmarkSwitch_SkipsTheSandboxForSafeBuiltinToolsOnly(string type, SecurityLevel level, string? isolation, string driver)
    {
        var planner = await PlannerAsync(Example.Options() with { BenchmarkNoop = true });
        var order = Example.RunTool();
        order = order with
        {
            Executor = order.Executor with { Type = type, Command = ["/bin/true"] },
            Limits = order.Limits with { SecurityLevel = level, Isolation = isolation },
        };

        Assert.True(planner.TryPrepare(order, out var prepared, out _));

        Assert.Equal(driver, prepared.Sandbox.Driver);
    }

    [Fact]
    public async Task Prepare_WithoutBenchmarkSwitch_NeverSkipsTheSandbox()
    {
        var planner = await PlannerAsync(Example.Options());
        var order = Example.RunTool();

        Assert.True(planner.TryPrepare(order, out var prepared, out _));
        Assert.Equal("native", prepared.Sandbox.Driver);
        Assert.False(planner.TryPrepare(order with { Limits = order.Limits with { Isolation = NoopSandbox.Name } }, out _, out var refusal));
        Assert.Equal("SANDBOX_UNAVAILABLE", refusal.Error!.Code);
    }

    private static async Task<RunPlanner> PlannerAsync(RunnerOptions options)
    {
        var drivers = new SandboxSelection([FakeSandbox.Completing()], SettingsOf.Create(new SandboxOptions()), NullLogger<SandboxSelection>.Instance);
        await drivers.ProbeAsync(CancellationToken.None);
        return new RunPlanner(drivers, new BuiltinTools(options), options, RunFlow.Sealer, new ManualTime(Example.Now));
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("capns-tools-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
