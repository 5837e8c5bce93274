namespace Capns.Runner.Worker.Sandboxing.Containers.Accounting;

/// <summary>Where this host's control groups are mounted: one tree per controller (version 1) or one for all (version 2).</summary>
internal sealed class ControlGroupTree
{
    private readonly Dictionary<string, string> _controllers;

    private ControlGroupTree(bool unified, Dictionary<string, string> controllers)
    {
        IsUnified = unified;
        _controllers = controllers;
    }

    /// <summary>True for version 2.</summary>
    public bool IsUnified { get; }

    /// <summary>The mount points, each once.</summary>
    public IEnumerable<string> Roots => _controllers.Values.Distinct();

    /// <summary>Reads <c>/proc/self/mountinfo</c>; null when memory is not to be controlled from here.</summary>
    public static ControlGroupTree? Find() => Read(File.ReadLines("/proc/self/mountinfo"));

    /// <summary>Reads the lines of a mountinfo file (proc(5)).</summary>
    public static ControlGroupTree? Read(IEnumerable<string> mounts)
    {
        var controllers = new Dictionary<string, string>();
        string? unified = null;
        foreach (var line in mounts)
        {
            // id parent device root mount-point options optional-fields… - type source super-options
            var halves = line.Split(" - ", 2);
            if (halves.Length < 2 || halves[0].Split(' ') is not [_, _, _, "/", var point, ..])
            {
                continue;
            }

            var kind = halves[1].Split(' ');
            if (kind[0] == "cgroup2")
            {
                unified = point;
            }
            else if (kind[0] == "cgroup")
            {
                foreach (var option in kind[^1].Split(',').Where(option => option is not ("rw" or "ro")))
                {
                    controllers[option] = point;
                }
            }
        }

        if (controllers.ContainsKey("memory") && controllers.ContainsKey("cpuacct"))
        {
            // A hybrid host's second tree has groups too, without controllers; they must be removed like the others.
            if (unified is not null)
            {
                controllers["unified"] = unified;
            }

            return new ControlGroupTree(unified: false, controllers);
        }

        return unified is null ? null : new ControlGroupTree(unified: true, new() { ["unified"] = unified });
    }

    /// <summary>The folder of a group for one controller, e.g. <c>memory</c>.</summary>
    public string Folder(string controller, string group) =>
        Path.Join(_controllers[IsUnified ? "unified" : controller], group);
}
