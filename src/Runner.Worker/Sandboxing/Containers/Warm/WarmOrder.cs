using System.Text;

namespace Capns.Runner.Worker.Sandboxing.Containers.Warm;

/// <summary>How a waiting container learns what it is to run: one line on stdin, read by a shell that then becomes the program.</summary>
/// <remarks>
/// The line is the shell's own language, every word in single quotes. The shell reads byte by byte, so what follows the line
/// stays for the program. The environment is handed over by <c>env</c>: a shell would act on some names and lose others.
/// </remarks>
internal static class WarmOrder
{
    /// <summary>What waits in the container. A line cannot hold a line feed: it is written as the variable <c>n</c>.</summary>
    public static IReadOnlyList<string> Waiter { get; } = ["/bin/sh", "-c", "n='\n'; IFS= read -r l && eval \"$l\""];

    /// <summary>True when a line can say it: <c>env</c> takes a word with <c>=</c> for a variable.</summary>
    public static bool CanSay(IReadOnlyList<string> command) => command.Count > 0 && !command[0].Contains('=', StringComparison.Ordinal);

    /// <summary>Makes the line.</summary>
    public static byte[] Say(IReadOnlyList<string> command, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var line = new StringBuilder("exec env --");
        foreach (var (name, value) in environment)
        {
            Quote(line, $"{name}={value}");
        }

        foreach (var word in command)
        {
            Quote(line, word);
        }

        return Encoding.UTF8.GetBytes(line.Append('\n').ToString());
    }

    private static void Quote(StringBuilder line, string word) =>
        line.Append(" '").Append(word.Replace("'", "'\\''", StringComparison.Ordinal).Replace("\n", "'\"$n\"'", StringComparison.Ordinal)).Append('\'');
}
