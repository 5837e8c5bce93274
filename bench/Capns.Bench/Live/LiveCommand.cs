using System.CommandLine;
using Capns.Bench.Workers;

namespace Capns.Bench.Live;

/// <summary><c>bench/live</c>: from a tool's line to the WebSocket frame, for one watcher and for many.</summary>
internal static class LiveCommand
{
    public static Command Create(Option<DirectoryInfo> root)
    {
        var watchers = new Option<int[]>("--watchers")
        {
            Description = "Watchers of one run. Default: 1 1000.",
            DefaultValueFactory = _ => [1, 1000],
            AllowMultipleArgumentsPerToken = true,
        };
        var lines = new Option<int>("--lines") { Description = "Lines that the run prints. Default: 10000.", DefaultValueFactory = _ => 10_000 };
        var rate = new Option<double>("--rate") { Description = "Lines a second. Default: 500.", DefaultValueFactory = _ => 500 };
        var kill = new Option<bool>("--kill") { Description = "Kills one of the two registries with -9 half-way, each time." };
        var command = new Command(
            "live", "Two registries behind a plain TCP balancer, one run, watchers from Node with npm's ws: every event once and in order, and how long each took.");
        command.Options.Add(watchers);
        command.Options.Add(lines);
        command.Options.Add(rate);
        command.Options.Add(kill);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new LiveOptions
            {
                Root = parsed.GetRequiredValue(root).FullName,
                Watchers = parsed.GetValue(watchers)!,
                Lines = parsed.GetValue(lines),
                Rate = parsed.GetValue(rate),
                Kill = parsed.GetValue(kill),
            };
            var state = Directory.CreateTempSubdirectory("capns-live-").FullName;
            Console.WriteLine($"data and logs in {state}");
            await using var servers = await Servers.StartAsync(options.Root, state);
            return await new LiveRun(options, servers, state).RunAsync(cancellationToken) ? 0 : 1;
        });
        return command;
    }
}

/// <summary>What to measure.</summary>
internal sealed record LiveOptions
{
    public required string Root { get; init; }

    public required IReadOnlyList<int> Watchers { get; init; }

    public required int Lines { get; init; }

    /// <summary>Lines a second.</summary>
    public required double Rate { get; init; }

    public required bool Kill { get; init; }
}
