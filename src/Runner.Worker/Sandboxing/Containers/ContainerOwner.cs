using System.Globalization;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>Which process made a container: the value of the label <see cref="Label"/>.</summary>
/// <param name="Boot">The host's boot, and so the host.</param>
/// <param name="Space">The process-number space: another container's process 1 is not ours.</param>
/// <param name="Process">Process number in that space.</param>
/// <param name="Started">Clock ticks from boot to the start: tells the process from a later one with its number.</param>
internal sealed record ContainerOwner(string Boot, string Space, int Process, long Started)
{
    public const string Label = "capns.sandbox.owner";

    /// <summary>This process.</summary>
    public static ContainerOwner Self { get; } = new(
        File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
        new string([.. (File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "").Where(char.IsAsciiDigit)]),
        Environment.ProcessId,
        StartOf(Environment.ProcessId) ?? 0);

    /// <summary>True when this process can tell whether the owner lives.</summary>
    public bool IsNear => Boot == Self.Boot && Space == Self.Space;

    /// <summary>True when the owner's process is there. Meaningful only when <see cref="IsNear"/>.</summary>
    public bool IsAlive => StartOf(Process) == Started;

    /// <summary>Reads a label's value; null when it is not one.</summary>
    public static ContainerOwner? Read(string? text) =>
        text?.Split('/') is [var boot, var space, var process, var started]
        && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new ContainerOwner(boot, space, number, ticks)
            : null;

    /// <summary>The label's value.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Boot}/{Space}/{Process}/{Started}");

    private static long? StartOf(int process)
    {
        try
        {
            var line = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            // The name, in brackets, may hold anything; the start time is the twentieth field after it (proc(5)).
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
