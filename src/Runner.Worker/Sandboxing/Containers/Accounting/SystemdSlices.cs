using System.ComponentModel;
using System.Diagnostics;

namespace Capns.Runner.Worker.Sandboxing.Containers.Accounting;

/// <summary>Control groups of an engine that leaves them to systemd: <c>capns.slice/capns-(name).slice</c>.</summary>
internal static class SystemdSlices
{
    /// <summary>By systemd's rule the name up to the dash is the slice above.</summary>
    public const string Parent = "capns.slice";

    private const string Prefix = "capns-";
    private const string Suffix = ".slice";

    /// <summary>True when systemd runs this host, and this process may stop its units.</summary>
    public static bool AreUsable => Directory.Exists("/run/systemd/system") && Environment.IsPrivilegedProcess;

    /// <summary>The slice for a name without dashes.</summary>
    public static string Name(string name) => Prefix + name + Suffix;

    /// <summary>The name in a slice of ours; null for other folders.</summary>
    public static string? NameOf(string folder) =>
        folder.StartsWith(Prefix, StringComparison.Ordinal) && folder.EndsWith(Suffix, StringComparison.Ordinal)
            ? folder[Prefix.Length..^Suffix.Length]
            : null;

    /// <summary>Has systemd drop a slice in which nothing runs any more; does not wait for it.</summary>
    public static void Stop(string slice)
    {
        try
        {
            Process.Start(new ProcessStartInfo("systemctl", ["--no-block", "--quiet", "stop", slice]))?.Dispose();
        }
        catch (Win32Exception)
        {
            // No systemctl: an empty slice costs a few kilobytes, and the next reaping tries again.
        }
    }
}
