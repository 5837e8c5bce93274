using System.CommandLine;
using Capns.Bench.Workers;

namespace Capns.Bench.Discovery;

/// <summary><c>bench/discovery</c>: questions over RabbitMQ and in process, beside PostgreSQL's full-text search for the same words in the same run.</summary>
internal static class DiscoveryCommand
{
    public static Command Create(Option<DirectoryInfo> root)
    {
        var sizes = new Option<int[]>("--tools")
        {
            Description = "Sizes of the catalogue, one measurement each. Default: 1000 10000 100000.",
            DefaultValueFactory = _ => [1_000, 10_000, 100_000],
            AllowMultipleArgumentsPerToken = true,
        };
        var questions = new Option<int>("--questions") { Description = "Questions of each measurement. Default: 1000.", DefaultValueFactory = _ => 1000 };
        var command = new Command("discovery", "Discovery over the bus and in process: p50, p95, p99; memory of the index.");
        command.Options.Add(sizes);
        command.Options.Add(questions);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var state = Directory.CreateTempSubdirectory("capns-discovery-").FullName;
            Console.WriteLine($"data and logs in {state}");
            var options = new DiscoveryOptions(parsed.GetRequiredValue(root).FullName, parsed.GetRequiredValue(sizes), parsed.GetValue(questions));
            await using var servers = await Servers.StartAsync(options.Root, state);
            await new DiscoveryRun(options, servers, state).RunAsync(cancellationToken);
            return 0;
        });
        return command;
    }
}

/// <summary>What to measure.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="Sizes">Tools in the catalogue.</param>
/// <param name="Questions">Of each measurement.</param>
internal sealed record DiscoveryOptions(string Root, IReadOnlyList<int> Sizes, int Questions);
