using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Capns.Core.Bench;

/// <summary><c>bench/run core</c>: time and memory of URNs and of look-ups.</summary>
internal static class CoreCommand
{
    public static Command Create()
    {
        var filter = new Option<string>("--filter") { Description = "E.g. *Accepts*. Default: all.", DefaultValueFactory = _ => "*" };
        var isLong = new Option<bool>("--long") { Description = "More runs than three: steadier, and several times as long." };
        var command = new Command("core", "Parsing, validating, formatting, accepting, and the best of 100 to 100,000 capabilities.");
        command.Options.Add(filter);
        command.Options.Add(isLong);
        command.SetAction(parsed => Run(parsed.GetValue(filter)!, parsed.GetValue(isLong)));
        return command;
    }

    private static int Run(string filter, bool isLong)
    {
        // In this process: what is measured is built once, by the project, and nothing is restored at run time.
        var job = (isLong ? Job.Default : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddDiagnoser(BenchmarkDotNet.Diagnosers.MemoryDiagnoser.Default)
            .AddLogger(ConsoleLogger.Default)
            .AddExporter(MarkdownExporter.GitHub)
            .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "results"))
            .WithOptions(ConfigOptions.JoinSummary);
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(CoreCommand).Assembly).Run(["--filter", filter], config);
        return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
    }
}
