using System.Globalization;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>
/// Names of what a runner leaves on the host: <c>capns-(process)-(start time)</c>, followed by a number per sandbox. The start
/// time (clock ticks since boot) tells a process from a later one with the same number.
/// </summary>
internal static class OwnerName
{
    private const string Prefix = "capns";

    private static long _count;

    /// <summary>The name of this process.</summary>
    public static string Own { get; } =
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{Environment.ProcessId}-{StartTime(Environment.ProcessId)}");

    /// <summary>A name that no other sandbox of this process has.</summary>
    public static string Next() => string.Create(CultureInfo.InvariantCulture, $"{Own}-{Interlocked.Increment(ref _count)}");

    /// <summary>True when <paramref name="name"/> was made by a process of this kind that is gone.</summary>
    public static bool IsLeftover(string name)
    {
        var parts = name.Split('-');
        return parts.Length >= 3
            && parts[0] == Prefix
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            && ulong.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
            && StartTime(process) != started;
    }

    /// <summary>Clock ticks from boot to the start of the process; 0 when there is none, or it has ended.</summary>
    private static ulong StartTime(int process)
    {
        string line;
        try
        {
            line = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
        }
        catch (IOException)
        {
            return 0;
        }

        // The second field, the name, may hold spaces and brackets: count from the last bracket (proc(5): field 3, 22).
        var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? 0 : ulong.Parse(fields[19], CultureInfo.InvariantCulture);
    }
}
