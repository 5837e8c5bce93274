using System.Globalization;
using Capns.Runner.Worker.Sandboxing;
using Xunit;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>Limits: each one holds, and its breach has a name of its own.</summary>
public abstract partial class SandboxConformance
{
    private const string TakeMemory = "b = bytearray(300 * 1024 * 1024)\nprint('took it')";

    [SandboxFact]
    public async Task Memory_ProgramTakesMore_IsKilledAsOutOfMemory()
    {
        var (result, output) = await Run(Limited(Example.Python(TakeMemory), limits => limits with { MemoryBytes = 64 * Example.MiB }));

        Assert.Equal(SandboxOutcome.OutOfMemory, result.Outcome);
        Assert.Null(result.ExitCode);
        Assert.DoesNotContain("took it", output.Stdout, StringComparison.Ordinal);
        Assert.InRange(result.PeakMemoryBytes, 48 * Example.MiB, 66 * Example.MiB);
    }

    [SandboxFact]
    public async Task Memory_ProgramStaysBelow_PeakIsMeasured()
    {
        var (result, _) = await Run(Example.Python("b = bytearray(100 * 1024 * 1024)"));

        Assert.Equal(SandboxOutcome.Exited, result.Outcome);
        Assert.InRange(result.PeakMemoryBytes, 100 * Example.MiB, 160 * Example.MiB);
    }

    [SandboxFact]
    public async Task Memory_GrandchildIsKilledAndMainExitsWithZero_IsStillOutOfMemory()
    {
        var script = $"/usr/bin/python3 -I -c '{TakeMemory.Replace("'", "'\\''", StringComparison.Ordinal)}'; exit 0";
        var (result, _) = await Run(Limited(Example.Script(script), limits => limits with { MemoryBytes = 64 * Example.MiB }));

        Assert.Equal(SandboxOutcome.OutOfMemory, result.Outcome);
    }

    [SandboxFact]
    public async Task Memory_ChildIsKilledAndMainGoesOn_RunEndsBeforeItsTime()
    {
        var script = $"/usr/bin/python3 -I -c '{TakeMemory.Replace("'", "'\\''", StringComparison.Ordinal)}'; sleep 15";
        var (result, _) = await Run(Limited(Example.Script(script), limits => limits with { MemoryBytes = 64 * Example.MiB }));

        Assert.Equal(SandboxOutcome.OutOfMemory, result.Outcome);
        Assert.InRange(result.Duration, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [SandboxFact]
    public async Task Memory_ScratchDiskIsFilled_CountsAsMemory()
    {
        var spec = Example.Script("head -c 100000000 /dev/zero > /tmp/big; sleep 15");
        var (result, _) = await Run(Limited(spec, limits => limits with { MemoryBytes = 48 * Example.MiB, ScratchBytes = 128 * Example.MiB }));

        Assert.Equal(SandboxOutcome.OutOfMemory, result.Outcome);
    }

    [SandboxTheory]
    [InlineData("import ctypes; ctypes.string_at(0)", 11)]
    [InlineData("import os; os.kill(os.getpid(), 9)", 9)]
    [InlineData("import os; os.abort()", 6)]
    public async Task Signal_ProgramDiesOfIt_IsNotTakenForALimit(string code, int signal)
    {
        var (result, _) = await Run(Example.Python(code));

        Assert.Equal(SandboxOutcome.Signaled, result.Outcome);
        Assert.Equal(signal, result.Signal);
        Assert.Null(result.ExitCode);
    }

    [SandboxFact]
    public async Task Processes_ForkBomb_StopsAtTheLimit()
    {
        const string Code =
            """
            import os, time
            n = 1
            try:
                while n < 1000:
                    if os.fork() == 0:
                        time.sleep(30)
                    n += 1
            except BlockingIOError:
                pass
            print(n)
            """;
        var (result, output) = await Run(Limited(Example.Python(Code), limits => limits with { Processes = 20 }));

        Assert.Equal(SandboxOutcome.Exited, result.Outcome);
        Assert.InRange(int.Parse(output.Stdout, CultureInfo.InvariantCulture), 18, 20);
    }

    [SandboxFact]
    public async Task Processes_ForkBombThatNeverRests_EndsWithItsTime()
    {
        var marker = HostProcesses.Marker();
        var spec = Example.Script($"MARK={marker}; f() {{ f | f & f; }}; f; while :; do sh -c 'f() {{ f | f & }}; f; : {marker}' & done");
        var (result, _) = await Run(Limited(spec, limits => limits with { WallTime = TimeSpan.FromSeconds(1) }));

        Assert.NotEqual(SandboxOutcome.Stopped, result.Outcome);
        Assert.Empty(HostProcesses.With(marker));
    }

    [SandboxFact]
    public async Task Output_OneGigabyte_EndsAtTheLimit()
    {
        var spec = Limited(Example.Script("head -c 1073741824 /dev/zero"), limits => limits with { OutputBytes = Example.MiB });
        var (result, output) = await Run(spec);

        Assert.Equal(SandboxOutcome.OutputTooLarge, result.Outcome);
        Assert.Equal(Example.MiB, output.Total);
    }

    [SandboxFact]
    public async Task Output_BothStreamsTogether_CountForTheLimit()
    {
        var script = "head -c 600000 /dev/zero; head -c 600000 /dev/zero >&2; echo more; sleep 15";
        var (result, output) = await Run(Limited(Example.Script(script), limits => limits with { OutputBytes = 1_000_000 }));

        Assert.Equal(SandboxOutcome.OutputTooLarge, result.Outcome);
        Assert.Equal(1_000_000, output.Total);
    }

    [SandboxFact]
    public async Task Output_ExactlyAtTheLimit_IsAllowed()
    {
        var spec = Limited(Example.Script("head -c 100000 /dev/zero"), limits => limits with { OutputBytes = 100_000 });
        var output = await Succeed(spec);

        Assert.Equal(100_000, output.Total);
    }

    [SandboxFact]
    public async Task Scratch_ProgramWritesMore_DiskIsFullAtTheLimit()
    {
        // Shared memory, where there is any, is a part of the scratch disk or has a share of its size.
        var script = "head -c 100000000 /dev/zero > /tmp/big; echo $?; head -c 100000000 /dev/zero > /dev/shm/more; cat /tmp/big /dev/shm/more | wc -c";
        var (_, output) = await Run(Limited(Example.Script(script), limits => limits with { ScratchBytes = 16 * Example.MiB }));

        var lines = output.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.NotEqual("0", lines[0]);
        Assert.InRange(long.Parse(lines[1], CultureInfo.InvariantCulture), 15 * Example.MiB, 16 * Example.MiB);
        Assert.Contains("No space left", output.Stderr, StringComparison.Ordinal);
    }

    [SandboxFact]
    public async Task Scratch_FloodOfEmptyFiles_IsBounded()
    {
        const string Code =
            """
            import os
            n = 0
            try:
                while n < 3000000:
                    os.close(os.open('/tmp/%d' % n, os.O_CREAT | os.O_WRONLY))
                    n += 1
                print('no bound')
            except OSError as error:
                print(error.errno)
            """;
        var spec = Limited(Example.Python(Code), limits => limits with { MemoryBytes = 64 * Example.MiB, ScratchBytes = 16 * Example.MiB });
        var (result, output) = await Run(spec);

        Assert.True(result.Outcome == SandboxOutcome.OutOfMemory || output.Stdout == "28\n", $"{result} {output.Stdout}");
    }

    [SandboxTheory]
    [InlineData(0.5, 0.62)]
    [InlineData(0.1, 0.16)]
    public async Task Cpu_EightBusyProcesses_GetTheQuotaTogether(double cpu, double most)
    {
        // Many, so that they would get more than the quota even of a machine that is busy with other tests.
        var spec = Example.Script("for i in 1 2 3 4 5 6 7; do (while :; do :; done) & done; while :; do :; done");
        var limits = Example.Limits() with { Cpu = cpu, WallTime = TimeSpan.FromSeconds(2) };
        var (result, _) = await Run(spec with { Limits = limits });

        Assert.Equal(SandboxOutcome.TimedOut, result.Outcome);
        Assert.InRange(result.CpuTime / result.Duration, cpu / 5, most);
    }

    [SandboxFact]
    public async Task WallTime_TreeIgnoresTermAndLeavesItsSession_AllIsGone()
    {
        var marker = HostProcesses.Marker();
        var script = $"trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep {marker}' & (trap '' TERM; sleep {marker}) & echo up; wait";
        var (result, output) = await Run(Limited(Example.Script(script), limits => limits with { WallTime = TimeSpan.FromMilliseconds(500) }));

        Assert.Equal(SandboxOutcome.TimedOut, result.Outcome);
        Assert.Equal("up\n", output.Stdout);
        Assert.InRange(result.Duration, TimeSpan.FromMilliseconds(490), TimeSpan.FromSeconds(5));
        Assert.Empty(HostProcesses.With(marker));
    }

    private static SandboxSpec Limited(SandboxSpec spec, Func<SandboxLimits, SandboxLimits> change) => spec with { Limits = change(spec.Limits) };
}
