using System.Text;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>Two small runs that try what a sandbox must prevent.</summary>
internal static class NativeProbe
{
    /// <summary>Prints a word for each thing that was possible; $1 is a file of the host.</summary>
    private const string Script =
        """
        [ -e "$1" ] && echo "sees a file of the host"
        [ "$(id -u)" = 65534 ] || echo "has the wrong user"
        (echo x > /usr/x) 2>/dev/null && echo "writes to /usr"
        (echo x > /etc/x) 2>/dev/null && echo "writes to /etc"
        (echo x > /x) 2>/dev/null && echo "writes to /"
        (echo x > /proc/sys/kernel/core_pattern) 2>/dev/null && echo "writes kernel settings"
        [ "$(grep -c : /proc/net/dev)" -gt 1 ] && echo "has a network"
        [ "$(ls -d /proc/[0-9]* | wc -l)" -gt 8 ] && echo "sees processes of the host"
        while read -r name value; do case "$name" in
        CapEff:|CapPrm:|CapBnd:) [ "$value" = 0000000000000000 ] || echo "has capabilities" ;;
        NoNewPrivs:) [ "$value" = 1 ] || echo "may gain rights" ;;
        Seccomp:) [ "$value" = 2 ] || echo "has no system call filter" ;;
        esac; done < /proc/self/status
        unshare -U true 2>/dev/null && echo "makes namespaces"
        n=0; while [ $n -lt 12 ]; do sleep 2 & n=$((n+1)); done 2>/dev/null
        echo "makes too many processes"
        """;

    /// <summary>Null when nothing was possible; else one sentence.</summary>
    public static async Task<string?> RunAsync(NativeSandbox sandbox, string canary, CancellationToken cancellationToken)
    {
        var limits = new SandboxLimits
        {
            MemoryBytes = 32L << 20,
            Cpu = 1,
            WallTime = TimeSpan.FromSeconds(10),
            Processes = 8,
            OutputBytes = 65_536,
            ScratchBytes = 1L << 20,
        };
        var spec = new SandboxSpec
        {
            ExecutionId = Guid.Empty,
            Attempt = 1,
            Program = new SandboxProgram { Command = ["/bin/sh", "-c", Script, "sh", canary] },
            Stdin = ReadOnlyMemory<byte>.Empty,
            Limits = limits,
        };
        var first = new Text();
        var result = await sandbox.RunAsync(spec, first, CancellationToken.None, cancellationToken);

        // The shell ends (code 2) at the fork that fails, before its last line.
        if (first.Lines.Length > 0 || result is not { Outcome: SandboxOutcome.Exited, ExitCode: not 0 })
        {
            return $"A program in the sandbox {(first.Lines.Length > 0 ? string.Join(", ", first.Lines) : "ended as " + result.Outcome)}.";
        }

        // Holds 64 MiB, or would, in a sandbox of 32.
        var hungry = spec with { Program = new SandboxProgram { Command = ["/bin/sh", "-c", "head -c 67108864 /dev/zero | tail -c 67108864 | wc -c"] } };
        var second = await sandbox.RunAsync(hungry, new Text(), CancellationToken.None, cancellationToken);
        return second.Outcome == SandboxOutcome.OutOfMemory ? null : "A program in the sandbox takes more memory than its limit.";
    }

    private sealed class Text : ISandboxOutput
    {
        private readonly StringBuilder _stdout = new();

        public string[] Lines => _stdout.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public ValueTask StdoutAsync(ReadOnlyMemory<byte> bytes)
        {
            _stdout.Append(Encoding.UTF8.GetString(bytes.Span));
            return ValueTask.CompletedTask;
        }

        public ValueTask StderrAsync(ReadOnlyMemory<byte> bytes) => ValueTask.CompletedTask;
    }
}
