using System.Globalization;
using Capns.Runner.Worker.Sandboxing;
using Xunit;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>Isolation: what a program sees, beside the hostile programs; and runs beside each other.</summary>
public abstract partial class SandboxConformance
{
    [SandboxFact]
    public async Task FileSystem_EveryFolderButScratch_CannotBeWritten()
    {
        const string Code =
            """
            import os
            for folder, folders, _ in os.walk('/'):
                if folder in ('/proc', '/tmp', '/sys'):
                    folders.clear()
                    continue
                if folder.count('/') > 3:
                    folders.clear()
                try:
                    open(os.path.join(folder, 'probe'), 'w').close()
                    print(os.path.realpath(folder))
                except OSError:
                    pass
            """;
        var output = await Succeed(Example.Python(Code));

        Assert.Empty(output.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Except(["/tmp", "/dev/shm"]));
    }

    [SandboxFact]
    public async Task ReadOnlyFolder_IsShown_ReadsButDoesNotWrite()
    {
        var folder = Directory.CreateTempSubdirectory("capns-tools-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "tool.txt"), "content");
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
            var spec = Example.Script("cat /tools/tool.txt; echo x > /tools/new || echo refused");
            var program = spec.Program with { ReadOnlyFolders = new Dictionary<string, string> { [folder.FullName] = "/tools" } };

            var output = await Succeed(spec with { Program = program });

            Assert.Equal("contentrefused\n", output.Stdout);
            Assert.Single(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SandboxFact]
    public async Task Runs_SixteenAtATime_SeeOnlyThemselves()
    {
        const string Code =
            """
            import os, sys, time
            name = sys.argv[1]
            open('/tmp/' + name, 'w').write(name)
            time.sleep(0.2)
            others = [p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]
            seen = [p for p in others if b'python' in open('/proc/%s/cmdline' % p, 'rb').read()]
            print(name, os.listdir('/tmp') == [name], len(seen))
            """;
        var runs = Enumerable.Range(0, 16).Select(async index =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"run{index}");
            var output = await Succeed(Example.Spec("/usr/bin/python3", "-I", "-c", Code, name));
            Assert.Equal($"{name} True 0\n", output.Stdout);
        });

        await Task.WhenAll(runs);
    }

    [SandboxFact]
    public async Task Runs_OneAfterAnother_LeaveNothingForTheNext()
    {
        for (var i = 0; i < 4; i++)
        {
            var output = await Succeed(Example.Script("ls -A /tmp; touch /tmp/mine; mkdir /tmp/dir"));
            Assert.Equal("", output.Stdout);
        }
    }

    [SandboxFact]
    public async Task Warm_ProgramIsKept_ComesFromThePoolWithTheLimitsOfTheRun()
    {
        for (var i = 0; i < 200; i++)
        {
            var (result, _) = await Run(Limited(Example.Python(TakeMemory), limits => limits with { MemoryBytes = 40 * Example.MiB }));
            Assert.Equal(SandboxOutcome.OutOfMemory, result.Outcome);
            if (result.Warm)
            {
                return;
            }
        }

        Assert.Fail("200 runs, and none was warm.");
    }

    [SandboxFact]
    public async Task Warm_PrestartedProgramHasFewRights_IsBoundedLikeAnyOther()
    {
        var spec = Example.Spec() with { Program = Example.Prestarted() };
        var limits = Example.Limits() with { MemoryBytes = 64 * Example.MiB };

        var (result, _) = await Run(spec.WithStdin(TakeMemory) with { Limits = limits });

        Assert.Equal(SandboxOutcome.OutOfMemory, result.Outcome);
    }

    [SandboxFact]
    public async Task Probe_DriverWorks_FindsNothing() =>
        Assert.Null(await Sandbox.ProbeAsync(CancellationToken.None));

    [SandboxFact]
    public async Task Reap_OwnerIsAlive_LeavesItsSandboxesAlone()
    {
        var output = new RecordedOutput();
        var running = Sandbox.RunAsync(Example.Script("echo up; sleep 1; exit 5"), output, CancellationToken.None, CancellationToken.None);
        await output.Seen("up");

        await Sandbox.ReapAsync(CancellationToken.None);

        Assert.Equal(5, (await running).ExitCode);
    }
}
