using System.Diagnostics;
using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>The example publishers, as a newcomer runs them: a Node program without anything of ours, and a .NET one with the contracts.</summary>
public sealed class ForeignClientTests
{
    private static readonly string NodeExample = Path.Combine(Checkout.Root, "infra", "examples", "publisher-node");

    private static readonly string DotnetExample =
        Path.Combine(Checkout.Root, "artifacts", "bin", "Capns.Examples.Publisher", Checkout.Configuration, "Capns.Examples.Publisher");

    [NodeFact]
    public async Task NodePublisher_InEveryFormatThroughEveryDoor_GetsItsEventsAndTheSdkAcceptsThem()
    {
        await using var platform = await Platform.StartAsync();

        var (code, output) = await RunAsync("node", [Path.Combine(NodeExample, "publish.js")], platform);

        Assert.True(code == 0, output);
        Assert.Contains("15 of 15 requests completed; 0 bodies refused by the CloudEvents SDK", output, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task DotnetPublisher_WithDefaultMassTransitSettings_GetsItsEventsThroughUseCapnsMessages()
    {
        await using var platform = await Platform.StartAsync();

        var (code, output) = await RunAsync(DotnetExample, ["slow-count", """{"seconds":1}"""], platform);

        Assert.True(code == 0, output);
        Assert.Contains("started", output, StringComparison.Ordinal);
        Assert.Contains("progress", output, StringComparison.Ordinal);
        Assert.Contains("completed", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, Platform platform)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RABBITMQ_URL"] = platform.Broker.Url.ToString();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Needs Node and the example's packages beside the servers.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NodeFactAttribute : ServersFactAttribute
    {
        public NodeFactAttribute()
        {
            var missing = !Directory.Exists(Path.Combine(NodeExample, "node_modules"));
            if (missing && Environment.GetEnvironmentVariable("CAPNS_REQUIRE_NODE") != "1")
            {
                Skip = $"The packages of the example are not installed: npm install in {NodeExample}.";
            }
        }
    }
}
