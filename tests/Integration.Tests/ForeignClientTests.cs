using System.Diagnostics;
using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>The example publishers, as a newcomer runs them: a Node program without anything of ours, and a .NET one with the contracts.</summary>
public sealed class ForeignClientTests
{
    private static readonly string DotnetExample =
        Path.Combine(Checkout.Root, "artifacts", "bin", "Capns.Examples.Publisher", Checkout.Configuration, "Capns.Examples.Publisher");

    [NodeFact]
    public async Task NodePublisher_InEveryFormatThroughEveryDoor_GetsItsEventsAndTheSdkAcceptsThem()
    {
        await using var platform = await Platform.StartAsync();

        var (code, output) = await NodePrograms.RunAsync(platform, "publish.js");

        Assert.True(code == 0, output);
        Assert.Contains("15 of 15 requests completed; 0 bodies refused by the CloudEvents SDK", output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task NodeDiscoverer_InEveryMode_IsAnsweredTwiceAndRefusedWhereItIsWrong()
    {
        await using var platform = await Platform.StartAsync(runners: 0, discovery: true);

        var (code, output) = await NodePrograms.RunAsync(platform, "discover.js");

        Assert.True(code == 0, output);
        Assert.Contains("9 questions and 5 wrong requests; 0 failures", output, StringComparison.Ordinal);
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
}
