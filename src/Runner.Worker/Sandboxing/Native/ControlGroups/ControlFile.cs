using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Capns.Runner.Worker.Sandboxing.Native.ControlGroups;

/// <summary>Reads and writes the kernel's control files; a write either succeeds as a whole or tells its error number.</summary>
internal static class ControlFile
{
    private const int Removed = 19;
    private const int NotFound = 2;
    private const int Chunk = 4096;

    /// <summary>Writes without creating.</summary>
    /// <returns>0, or the error number.</returns>
    public static unsafe int Write(string path, string value)
    {
        var file = Libc.Open(path, Libc.WriteOnly | Libc.CloseOnExec);
        if (file < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        var bytes = Encoding.ASCII.GetBytes(value);
        fixed (byte* first = bytes)
        {
            var error = Libc.Write(file, first, (nuint)bytes.Length) == bytes.Length ? 0 : Marshal.GetLastPInvokeError();
            _ = Libc.Close(file);
            return error;
        }
    }

    /// <summary>Writes a limit.</summary>
    /// <exception cref="SandboxUnavailableException">The kernel refuses; the message names the limit, the value and the reason.</exception>
    public static void Set(string path, string value, string limit)
    {
        var error = Write(path, value);
        if (error != 0)
        {
            throw Refused(limit, value, error);
        }
    }

    /// <summary>The error for a limit that cannot be set.</summary>
    public static SandboxUnavailableException Refused(string limit, string value, int error) =>
        new($"The limit {limit} cannot be set to {value}: {Marshal.GetPInvokeErrorMessage(error)}.");

    /// <summary>The text; empty when the group is gone.</summary>
    /// <exception cref="SandboxFailedException">It is there, but cannot be read.</exception>
    public static string Read(string path)
    {
        var file = Libc.Open(path, Libc.ReadOnly | Libc.CloseOnExec);
        if (file < 0)
        {
            return Unread(path, Marshal.GetLastPInvokeError());
        }

        try
        {
            return ReadToEnd(path, file);
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <summary>A number on its own; 0 when the group is gone.</summary>
    public static long ReadNumber(string path) => long.TryParse(Read(path).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The number after <paramref name="key"/> in a file of lines "key number"; 0 when there is none.</summary>
    public static long ReadNumber(string path, string key)
    {
        foreach (var line in Read(path).AsSpan().EnumerateLines())
        {
            if (line.StartsWith(key) && line.Length > key.Length && line[key.Length] == ' ')
            {
                return long.Parse(line[(key.Length + 1)..], CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    /// <summary>The processes listed in a <c>cgroup.procs</c> file.</summary>
    public static List<int> ReadProcesses(string path)
    {
        var processes = new List<int>();
        foreach (var line in Read(path).AsSpan().EnumerateLines())
        {
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var process) && process > 0)
            {
                processes.Add(process);
            }
        }

        return processes;
    }

    /// <summary>These files are short, and are read for each run: no stream, and one buffer, will do.</summary>
    private static unsafe string ReadToEnd(string path, int file)
    {
        var buffer = stackalloc byte[Chunk];
        StringBuilder? text = null;
        while (true)
        {
            var read = (int)Libc.Read(file, buffer, Chunk);
            if (read < 0)
            {
                return Unread(path, Marshal.GetLastPInvokeError());
            }

            if (read == 0)
            {
                return text?.ToString() ?? "";
            }

            (text ??= new StringBuilder()).Append(Encoding.ASCII.GetString(buffer, read));
        }
    }

    private static string Unread(string path, int error) => error is Removed or NotFound
        ? ""
        : throw new SandboxFailedException($"{Path.GetFileName(path)} cannot be read: {Marshal.GetPInvokeErrorMessage(error)}.");
}
