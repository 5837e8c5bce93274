using System.Diagnostics;
using System.Text;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Containers;
using Capns.Runner.Worker.Sandboxing.Native;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Capns.Bench.Load;

/// <summary>The cost of the same sandboxes started by hand, without bus, registry or database.</summary>
internal static class BareSandboxes
{
    private static readonly byte[] Sum = Encoding.UTF8.GetBytes(
        """{"handler":"math-calculator","parameters":{"operation":"add","operands":[5,3]},"environment":{}}""");

    private static readonly SandboxLimits Limits = new()
    {
        MemoryBytes = 256L * 1024 * 1024,
        Cpu = 0.5,
        WallTime = TimeSpan.FromSeconds(10),
        Processes = 64,
        OutputBytes = 10 * 1024 * 1024,
        ScratchBytes = 64L * 1024 * 1024,
    };

    /// <summary>First byte and full cycle, from the warm pool and without one.</summary>
    public static async Task<IReadOnlyList<(string Name, LatencySample Sample)>> MeasureAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        var rows = new List<(string, LatencySample)>();
        await using (var warm = Native(warmMembers: 8))
        {
            rows.AddRange(await SeriesAsync("bare native sandbox, warm", warm, isWarm: true, options, cancellationToken));
        }

        await using (var cold = Native(warmMembers: 0))
        {
            rows.AddRange(await SeriesAsync("bare native sandbox, cold", cold, isWarm: false, options, cancellationToken));
        }

        if (options.Container)
        {
            await using var services = Containers();
            rows.AddRange(await SeriesAsync(
                "bare container sandbox, warm", services.GetRequiredService<ContainerSandbox>(), isWarm: true, options, cancellationToken));
        }

        return rows;
    }

    private static ServiceProvider Containers()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        services.AddOptions<SandboxOptions>().Configure(options => options.WarmMembers = 8);
        services.AddContainerSandbox();
        return services.BuildServiceProvider();
    }

    private static NativeSandbox Native(int warmMembers) => new(
        Options.Create(new SandboxOptions { WarmMembers = warmMembers }),
        TimeProvider.System,
        NullLogger<NativeSandbox>.Instance);

    private static async Task<IReadOnlyList<(string Name, LatencySample Sample)>> SeriesAsync(
        string name,
        ISandbox sandbox,
        bool isWarm,
        LoadOptions options,
        CancellationToken cancellationToken)
    {
        var program = new BuiltinTools(new RunnerOptions { RunnerId = "bench" }).Program;
        if (isWarm)
        {
            sandbox.Warm([program]);
        }

        var first = new LatencySample();
        var full = new LatencySample();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < options.Duration)
        {
            var output = new FirstByte();
            var from = Stopwatch.GetTimestamp();
            var result = await sandbox.RunAsync(Spec(program), output, CancellationToken.None, cancellationToken);
            var to = Stopwatch.GetTimestamp();
            if (result.Outcome != SandboxOutcome.Exited || result.ExitCode != 0)
            {
                throw new InvalidOperationException($"{name}: the program ended as {result.Outcome} {result.ExitCode}.");
            }

            if (result.Warm == isWarm)
            {
                first.Add(from, output.At);
                full.Add(from, to);
            }
        }

        return [($"{name}: first byte", first), ($"{name}: full cycle", full)];
    }

    private static SandboxSpec Spec(SandboxProgram program) => new()
    {
        ExecutionId = Guid.CreateVersion7(),
        Attempt = 1,
        Program = program,
        Stdin = Sum,
        Limits = Limits,
    };

    private sealed class FirstByte : ISandboxOutput
    {
        public long At { get; private set; }

        public ValueTask StdoutAsync(ReadOnlyMemory<byte> bytes)
        {
            At = At == 0 ? Stopwatch.GetTimestamp() : At;
            return ValueTask.CompletedTask;
        }

        public ValueTask StderrAsync(ReadOnlyMemory<byte> bytes) => ValueTask.CompletedTask;
    }
}
