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

    /// <summary>Number of processes, zombies aside, whose real user is one of these.</summary>
    public static int OfUsers(int first, int count) => Directory.EnumerateDirectories("/proc")
        .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
        .Select(folder => Read(folder, "status"))
        .Where(status => !status.Contains("State:\tZ", StringComparison.Ordinal))
        .SelectMany(status => status.Split('\n').Where(line => line.StartsWith("Uid:", StringComparison.Ordinal)))
        .Select(line => int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture))
        .Count(user => user >= first && user < first + count);

    private static string Read(string folder, string file = "cmdline")
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file));
        }
        catch (IOException)
        {
            return ""; // It has just ended.
        }
    }
}
