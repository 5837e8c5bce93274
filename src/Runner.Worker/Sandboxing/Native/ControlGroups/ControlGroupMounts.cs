namespace Capns.Runner.Worker.Sandboxing.Native.ControlGroups;

/// <summary>Finds out which version of control groups this machine has.</summary>
internal static class ControlGroupMounts
{
    /// <summary>Version 1 when its controllers are mounted, else version 2.</summary>
    /// <param name="mounts">The text of <c>/proc/self/mounts</c>.</param>
    /// <param name="parent">Version 2 only: the folder delegated to the runner. Absent: the root of the mount.</param>
    /// <exception cref="SandboxUnavailableException">Neither will do; the message says what is missing.</exception>
    public static IControlGroups Choose(string mounts, string? parent)
    {
        var v1 = new Dictionary<string, string>(StringComparer.Ordinal);
        string? v2 = null;
        foreach (var line in mounts.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Device, folder, type, options (fstab(5)).
            var fields = line.Split(' ');
            if (fields is [_, var folder, "cgroup2", ..])
            {
                v2 ??= folder;
            }
            else if (fields is [_, var mount, "cgroup", var options, ..])
            {
                foreach (var option in options.Split(',').Intersect(ControlGroupsV1.Controllers))
                {
                    v1.TryAdd(option, mount);
                }
            }
        }

        if (v1.Count == ControlGroupsV1.Controllers.Count)
        {
            return new ControlGroupsV1(v1);
        }

        if (v2 is null)
        {
            var missing = string.Join(", ", ControlGroupsV1.Controllers.Except(v1.Keys));
            throw new SandboxUnavailableException($"Control groups are not mounted (missing: {missing}); limits cannot be set.");
        }

        var groups = new ControlGroupsV2(string.IsNullOrEmpty(parent) ? v2 : parent);
        groups.Prepare();
        return groups;
    }
}
