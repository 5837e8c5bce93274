using System.Text;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>Two small runs that try to break out of their limits (platform spec 5.5).</summary>
internal sealed class ContainerProbe(ISandbox sandbox) : ISandboxOutput
{
    private const int MiB = 1024 * 1024;
    private const int MemoryBytes = 32 * MiB;

    /// <summary>What the kernel says of the process, then its routes, then whether the file system can be written.</summary>
    private const string Look =
        "while read -r a b; do case $a in Uid:|CapEff:|NoNewPrivs:|Seccomp:) echo $a $b;; esac; done </proc/self/status;"
        + "{ read -r a; while read -r a; do echo Route: yes; done; } </proc/net/route; (: >/probe) 2>/dev/null && echo Write: yes; exit 0";

    private const string Eat = "x=0123456789abcdef; while :; do x=$x$x; done";

    private static readonly string[] Expected =
    [
        "Uid: 65534 65534 65534 65534", "CapEff: 0000000000000000", "NoNewPrivs: 1", "Seccomp: 2",
    ];

    private readonly StringBuilder _stdout = new();

    /// <summary>True when the memory of the second run, which took all it could, was measured.</summary>
    public bool SawUsage { get; private set; }

    /// <summary>Runs both.</summary>
    /// <returns>Null when all limits held; else one sentence.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        var looked = await RunAsync(Look, cancellationToken);
        if (looked is not { Outcome: SandboxOutcome.Exited, ExitCode: 0 })
        {
            return $"The probe's first run ended as {looked.Outcome} with code {looked.ExitCode ?? looked.Signal}.";
        }

        var lines = _stdout.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Replace('\t', ' ')).Order(StringComparer.Ordinal).ToList();
        if (!lines.SequenceEqual(Expected.Order(StringComparer.Ordinal)))
        {
            return $"A container is not confined as asked: {string.Join("; ", lines)}.";
        }

        var ate = await RunAsync(Eat, cancellationToken);
        SawUsage = ate.PeakMemoryBytes >= MemoryBytes / 2;
        return ate.Outcome == SandboxOutcome.OutOfMemory ? null : $"A program over its memory limit ended as {ate.Outcome}, not by the limit.";
    }

    /// <inheritdoc />
    public ValueTask StdoutAsync(ReadOnlyMemory<byte> bytes)
    {
        _stdout.Append(Encoding.UTF8.GetString(bytes.Span));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask StderrAsync(ReadOnlyMemory<byte> bytes) => ValueTask.CompletedTask;

    private Task<SandboxResult> RunAsync(string script, CancellationToken cancellationToken) => sandbox.RunAsync(
        new SandboxSpec
        {
            ExecutionId = Guid.NewGuid(),
            Attempt = 1,
            Program = new SandboxProgram { Command = ["/bin/sh", "-c", script] },
            Stdin = ReadOnlyMemory<byte>.Empty,
            Limits = new SandboxLimits
            {
                MemoryBytes = MemoryBytes,
                Cpu = 1,
                WallTime = TimeSpan.FromSeconds(30),
                Processes = 16,
                OutputBytes = MiB,
                ScratchBytes = MiB,
            },
        },
        this,
        CancellationToken.None,
        cancellationToken);
}
