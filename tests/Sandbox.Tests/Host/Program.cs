using Capns.Runner.Worker.Sandboxing.Native;
using Capns.Sandbox.Tests.Conformance;
using Capns.Sandbox.Tests.Native;

namespace Capns.Sandbox.Tests.Host;

/// <summary>
/// <c>hold MARKER</c>: a runner in small, which runs two sandboxes and waits to be killed. <c>measure [SECONDS]</c>: times of
/// the native driver.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["hold", var marker]:
                await HoldAsync(marker);
                return 0;
            case ["measure"]:
                await Measurement.RunAsync();
                return 0;
            default:
                await Console.Error.WriteLineAsync("hold MARKER | measure");
                return 2;
        }
    }

    private static async Task HoldAsync(string marker)
    {
        await using var sandbox = (NativeSandbox)new NativeFixture().Create();
        sandbox.Warm([Example.Shell(), Example.Prestarted()]);
        var spec = Example.Script($"trap '' TERM HUP; setsid sleep {marker} & echo up; sleep {marker}");
        spec = spec with { Limits = spec.Limits with { WallTime = TimeSpan.FromHours(1) } };
        var runs = new List<Task>();
        foreach (var size in (long[])[spec.Limits.ScratchBytes, Example.MiB])
        {
            var output = new RecordedOutput();
            var limits = spec.Limits with { ScratchBytes = size };
            runs.Add(sandbox.RunAsync(spec with { Limits = limits }, output, CancellationToken.None, CancellationToken.None));
            await output.Seen("up");
        }

        Console.WriteLine("up");
        await Task.WhenAll(runs);
    }
}
