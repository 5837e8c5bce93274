using System.CommandLine;
using Capns.Bench.Api;
using Capns.Bench.Chaos;
using Capns.Bench.Discovery;
using Capns.Bench.Live;
using Capns.Bench.Load;
using Capns.Bench.Quality;

var root = new Option<DirectoryInfo>("--root") { Description = "The checkout.", Required = true, Recursive = true, Hidden = true };
var command = new RootCommand("Measurements of Capns. Every figure of README comes from one of these commands.")
{
    ChaosCommand.Create(root),
    LiveCommand.Create(root),
    LoadCommand.Create(root),
    ApiCommand.Create(root),
    DiscoveryCommand.Create(root),
    QualityCommand.Create(root),
};
command.Options.Add(root);
return await command.Parse(args).InvokeAsync();
