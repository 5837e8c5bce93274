using Capns.Runner.Worker.Runs;

namespace Capns.Runner.Worker.Executors;

/// <summary>Host folders that sandboxes see read-only.</summary>
internal static class ToolFolders
{
    /// <summary>The tools' own files (<c>TOOL_FILES</c>) at <c>/tools</c>, and what else is given.</summary>
    public static Dictionary<string, string> With(RunnerOptions options, params (string Host, string Inside)[] more)
    {
        var folders = more.ToDictionary(folder => folder.Host, folder => folder.Inside, StringComparer.Ordinal);
        if (options.ToolFiles is { } files)
        {
            folders[files] = "/tools";
        }

        return folders;
    }
}
