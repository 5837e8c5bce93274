using System.Globalization;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>Looks for processes of a sandbox from the host.</summary>
internal static class HostProcesses
{
    private static int _count;

    /// <summary>A number of seconds that no other process sleeps for.</summary>
    public static string Marker() =>
        string.Create(CultureInfo.InvariantCulture, $"{900_000_000L + Environment.ProcessId}.{Interlocked.Increment(ref _count)}1");

    /// <summary>Processes, zombies aside, whose command line holds the text.</summary>
    public static IReadOnlyList<string> With(string marker) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
            .Where(folder => Read(folder).Contains(marker, StringComparison.Ordinal))];

    private static string Read(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            return ""; // It has just ended.
        }
    }
}
