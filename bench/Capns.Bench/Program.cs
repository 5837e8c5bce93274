using System.CommandLine;
using Capns.Bench.Chaos;
using Capns.Bench.Load;

var root = new Option<DirectoryInfo>("--root") { Description = "The checkout.", Required = true, Recursive = true, Hidden = true };
var command = new RootCommand("Measurements of Capns. Every figure of README comes from one of these commands.")
{
    ChaosCommand.Create(root),
    LoadCommand.Create(root),
};
command.Options.Add(root);
return await command.Parse(args).InvokeAsync();
