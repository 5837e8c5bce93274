using System.CommandLine;
using Capns.Core.Bench;

// The wrapper names the checkout for the measurements that need it; these do not.
var root = new Option<DirectoryInfo>("--root") { Recursive = true, Hidden = true };
var command = new RootCommand("Measurements of Capns.Core.") { FuzzCommand.Create(), CoreCommand.Create() };
command.Options.Add(root);
return await command.Parse(args).InvokeAsync();
