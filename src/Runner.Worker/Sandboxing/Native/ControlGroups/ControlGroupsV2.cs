using System.Globalization;

namespace Capns.Runner.Worker.Sandboxing.Native.ControlGroups;

/// <summary>Groups of version 2, directly below one folder whose controllers are handed down.</summary>
/// <param name="parent">The mount's root, or a folder that was delegated to the runner.</param>
internal sealed class ControlGroupsV2(string parent) : IControlGroups
{
    private const string OwnLeaf = "capns-host";
    private const string Subtree = "cgroup.subtree_control";

    private static readonly string[] Controllers = ["memory", "cpu", "pids"];

    /// <summary>Hands the controllers down to the groups of sandboxes.</summary>
    /// <remarks>
    /// A group other than the kernel's root may either hold processes or hand controllers down. In a container the runner sits
    /// in the root that it sees; then all processes there move into a group of their own first.
    /// </remarks>
    /// <exception cref="SandboxUnavailableException">A controller is missing or cannot be handed down.</exception>
    public void Prepare()
    {
        var offered = Words("cgroup.controllers");
        if (Controllers.Except(offered).FirstOrDefault() is { } missing)
        {
            throw new SandboxUnavailableException($"The controller {missing} is not offered in {parent}.");
        }

        if (!Controllers.Except(Words(Subtree)).Any())
        {
            return;
        }

        if (File.Exists(Path.Combine(parent, "cgroup.type")))
        {
            MoveProcessesAway();
        }

        ControlFile.Set(Path.Combine(parent, Subtree), string.Join(' ', Controllers.Select(controller => "+" + controller)), "of sandboxes");
    }

    /// <inheritdoc />
    public IControlGroup Create(string name)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(parent, name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SandboxUnavailableException("A control group cannot be made.", error);
        }

        return Open(name);
    }

    /// <inheritdoc />
    public IControlGroup Open(string name) => new ControlGroupV2(name, Path.Combine(parent, name));

    /// <inheritdoc />
    public IReadOnlyList<string> Find(Predicate<string> name) =>
        [.. Directory.EnumerateDirectories(parent).Select(folder => Path.GetFileName(folder)).Where(folder => name(folder))];

    private void MoveProcessesAway()
    {
        var leaf = Path.Combine(parent, OwnLeaf);
        Directory.CreateDirectory(leaf);
        foreach (var process in ControlFile.ReadProcesses(Path.Combine(parent, "cgroup.procs")))
        {
            _ = ControlFile.Write(Path.Combine(leaf, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));
        }
    }

    private string[] Words(string file) =>
        ControlFile.Read(Path.Combine(parent, file)).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
