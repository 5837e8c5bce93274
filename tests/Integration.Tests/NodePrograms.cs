using System.Diagnostics;
using Capns.Testing;

namespace Capns.Integration.Tests;

/// <summary>The Node programs of infra/examples/publisher-node, as a newcomer runs them.</summary>
internal static class NodePrograms
{
    public static string Folder { get; } = Path.Combine(Checkout.Root, "infra", "examples", "publisher-node");

    /// <summary>Runs one to its end.</summary>
    public static async Task<(int Code, string Output)> RunAsync(Platform platform, string program, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Folder, program), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RABBITMQ_URL"] = platform.Broker.Url.ToString();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}

/// <summary>Needs Node and the example's packages beside the servers.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : ServersFactAttribute
{
    public NodeFactAttribute()
    {
        var missing = !Directory.Exists(Path.Combine(NodePrograms.Folder, "node_modules"));
        if (missing && Environment.GetEnvironmentVariable("CAPNS_REQUIRE_NODE") != "1")
        {
            Skip = $"The packages of the example are not installed: npm install in {NodePrograms.Folder}.";
        }
    }
}
