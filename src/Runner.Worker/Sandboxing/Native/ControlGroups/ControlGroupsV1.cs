namespace Capns.Runner.Worker.Sandboxing.Native.ControlGroups;

/// <summary>Groups of version 1, directly below the root of each controller's mount.</summary>
/// <param name="mounts">Controller to the folder where it is mounted.</param>
internal sealed class ControlGroupsV1(IReadOnlyDictionary<string, string> mounts) : IControlGroups
{
    /// <summary>Every one is needed.</summary>
    public static readonly IReadOnlyList<string> Controllers = ["freezer", "memory", "cpu", "cpuacct", "pids"];

    /// <inheritdoc />
    public IControlGroup Create(string name)
    {
        foreach (var mount in Mounts())
        {
            try
            {
                Directory.CreateDirectory(Path.Combine(mount, name));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new SandboxUnavailableException("A control group cannot be made.", error);
            }
        }

        return Open(name);
    }

    /// <inheritdoc />
    public IControlGroup Open(string name) =>
        new ControlGroupV1(name, Controllers.ToDictionary(controller => controller, controller => Path.Combine(mounts[controller], name)));

    /// <inheritdoc />
    public IReadOnlyList<string> Find(Predicate<string> name) =>
        [.. Mounts().SelectMany(Directory.EnumerateDirectories).Select(folder => Path.GetFileName(folder)).Distinct().Where(folder => name(folder))];

    private IEnumerable<string> Mounts() => Controllers.Select(controller => mounts[controller]).Distinct();
}
