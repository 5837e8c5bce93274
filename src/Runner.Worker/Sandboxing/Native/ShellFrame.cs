using System.Buffers;
using System.Text;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>
/// What a waiting shell reads to become the program of a run: one <c>exec</c> line in which every byte of arguments and
/// environment stands in single quotes, the only quoting in which a shell changes nothing.
/// </summary>
internal static class ShellFrame
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Variables that mean something to a shell; they are set by <c>env</c> instead, which takes any name.</summary>
    private static readonly HashSet<string> ShellNames = new(StringComparer.Ordinal)
    {
        "IFS", "OPTIND", "OPTARG", "PPID", "PS1", "PS2", "PS4", "MAIL", "MAILPATH", "MAILCHECK", "LINENO", "ENV", "PWD", "OLDPWD", "_",
        "UID", "EUID", "SHELLOPTS", "RANDOM", "SECONDS", "GROUPS", "DIRSTACK", "FUNCNAME", "HOSTNAME", "HOSTTYPE", "MACHTYPE", "OSTYPE",
        "SHLVL", "POSIXLY_CORRECT", "HISTSIZE", "FUNCNEST",
    };

    /// <summary>Writes the frame. The shell's own stdin is the frame; the program's is descriptor 3.</summary>
    /// <exception cref="ArgumentException">A NUL in an argument or variable, or an empty command.</exception>
    public static byte[] Write(IReadOnlyList<string> command, IEnumerable<KeyValuePair<string, string>> environment)
    {
        if (command.Count == 0)
        {
            throw new ArgumentException("A native sandbox needs a command.", nameof(command));
        }

        var frame = new StringBuilder();
        var odd = new List<KeyValuePair<string, string>>();
        foreach (var variable in environment)
        {
            if (IsPlain(variable.Key))
            {
                frame.Append("export ").Append(variable.Key).Append('=');
                Quote(frame, variable.Value, variable.Key);
                frame.Append('\n');
            }
            else
            {
                odd.Add(variable);
            }
        }

        frame.Append("exec");
        AppendOdd(frame, odd, command[0]);
        foreach (var argument in command)
        {
            frame.Append(' ');
            Quote(frame, argument, nameof(command));
        }

        return Encoding.UTF8.GetBytes(frame.Append(" <&3 3<&-\n").ToString());
    }

    private static void AppendOdd(StringBuilder frame, List<KeyValuePair<string, string>> odd, string program)
    {
        if (odd.Count == 0)
        {
            return;
        }

        frame.Append(" /usr/bin/env");
        foreach (var (name, value) in odd)
        {
            if (name.Length == 0 || name.Contains('='))
            {
                throw new ArgumentException($"'{name}' cannot name an environment variable.", nameof(odd));
            }

            frame.Append(' ');
            Quote(frame, name + "=" + value, name);
        }

        if (program.Contains('='))
        {
            // env would take it for one more variable.
            frame.Append(" /bin/sh -c 'exec \"$0\" \"$@\"'");
        }
    }

    private static bool IsPlain(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(NameCharacters)
        && !ShellNames.Contains(name) && !name.StartsWith("BASH", StringComparison.Ordinal);

    private static void Quote(StringBuilder frame, string text, string what)
    {
        if (text.Contains('\0'))
        {
            throw new ArgumentException($"{what} holds a NUL character, which no program can be given.", nameof(text));
        }

        frame.Append('\'').Append(text.Replace("'", "'\\''", StringComparison.Ordinal)).Append('\'');
    }
}
