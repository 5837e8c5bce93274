using System.CommandLine;
using Capns.Bench.Workers;

namespace Capns.Bench.Quality;

/// <summary><c>bench/quality/run</c>: how often the right tool comes first, by words alone, with the graph, and after a simulated history.</summary>
internal static class QualityCommand
{
    public static Command Create(Option<DirectoryInfo> root)
    {
        var misses = new Option<string>("--misses")
        {
            Description = "List each query whose first answer is wrong: tune, measured (whoever reads these and changes the search has spent them) or none. Default: tune.",
            DefaultValueFactory = _ => "tune",
        };
        misses.AcceptOnlyFromAmong("tune", "measured", "all", "none");
        var command = new Command("quality", "hit@1, hit@3 and MRR on labelled queries.");
        command.Options.Add(misses);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var state = Directory.CreateTempSubdirectory("capns-quality-").FullName;
            Console.WriteLine($"data and logs in {state}");
            await using var servers = await Servers.StartAsync(parsed.GetRequiredValue(root).FullName, state);
            await new QualityRun(parsed.GetRequiredValue(root).FullName, servers, state).RunAsync(parsed.GetRequiredValue(misses), cancellationToken);
            return 0;
        });
        return command;
    }
}
