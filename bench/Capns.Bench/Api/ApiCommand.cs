using System.CommandLine;
using Capns.Bench.Workers;

namespace Capns.Bench.Api;

/// <summary><c>bench/api</c>: registration, execution start and lists over HTTP, beside a bare ASP.NET and Npgsql insert and select in the same run.</summary>
internal static class ApiCommand
{
    public static Command Create(Option<DirectoryInfo> root)
    {
        var tools = new Option<int>("--tools") { Description = "Tools in the catalogue. Default: 100000.", DefaultValueFactory = _ => 100_000 };
        var executions = new Option<int>("--executions") { Description = "Executions in the table. Default: 1000000.", DefaultValueFactory = _ => 1_000_000 };
        var requests = new Option<int>("--requests") { Description = "Requests of each measurement. Default: 1000.", DefaultValueFactory = _ => 1000 };
        var inFlight = new Option<int>("--in-flight") { Description = "Requests at one time. Default: 2.", DefaultValueFactory = _ => 2 };
        var command = new Command("api", "Registration p95, execution start p95, lists p95.");
        foreach (var option in new Option[] { tools, executions, requests, inFlight })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new ApiOptions(
                parsed.GetRequiredValue(root).FullName, parsed.GetValue(tools), parsed.GetValue(executions), parsed.GetValue(requests), parsed.GetValue(inFlight));
            var state = Directory.CreateTempSubdirectory("capns-api-").FullName;
            Console.WriteLine($"data and logs in {state}");
            await using var servers = await Servers.StartAsync(options.Root, state);
            await new ApiRun(options, servers, state).RunAsync(cancellationToken);
            return 0;
        });
        return command;
    }
}

/// <summary>What to measure.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="Tools">In the catalogue.</param>
/// <param name="Executions">In the table.</param>
/// <param name="Requests">Of each measurement.</param>
/// <param name="InFlight">At one time.</param>
internal sealed record ApiOptions(string Root, int Tools, int Executions, int Requests, int InFlight);
