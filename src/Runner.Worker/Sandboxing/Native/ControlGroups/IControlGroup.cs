namespace Capns.Runner.Worker.Sandboxing.Native.ControlGroups;

/// <summary>The control group of one sandbox: holds its processes, bounds them, and counts what they used.</summary>
internal interface IControlGroup
{
    /// <summary>Its name, the same below each controller.</summary>
    string Name { get; }

    /// <summary>A process of one thread that writes "0" into each of these files is in the group from then on.</summary>
    IReadOnlyList<string> JoinFiles { get; }

    /// <summary>Sets memory (no swap), CPU quota and number of processes.</summary>
    /// <param name="limits">The limits of the run.</param>
    /// <param name="ownProcesses">Processes of the sandbox itself, which the program's limit does not count.</param>
    /// <exception cref="SandboxUnavailableException">The kernel refuses one; the message names it.</exception>
    void SetLimits(SandboxLimits limits, int ownProcesses);

    /// <summary>Sends a signal to every process but those in <paramref name="spared"/>; none can be born meanwhile.</summary>
    void Signal(int signal, IReadOnlyCollection<int> spared);

    /// <summary>Kills every process, once. Processes may take a moment to go; see <see cref="IsEmpty"/>.</summary>
    void Kill();

    /// <summary>True when no process is left.</summary>
    bool IsEmpty();

    /// <summary>Number of processes that the kernel killed for lack of memory in this group.</summary>
    long OutOfMemoryKills();

    /// <summary>CPU time of all processes since the group was made.</summary>
    TimeSpan CpuTime();

    /// <summary>Most memory at any time, in bytes.</summary>
    long PeakMemory();

    /// <summary>Removes the empty group.</summary>
    /// <returns>False when the kernel still counts a process in it.</returns>
    bool TryRemove();
}

/// <summary>Makes control groups in the version that this machine has.</summary>
internal interface IControlGroups
{
    /// <summary>Makes a group without limits.</summary>
    /// <exception cref="SandboxUnavailableException">It cannot be made here.</exception>
    IControlGroup Create(string name);

    /// <summary>Names of all groups whose name passes the test.</summary>
    IReadOnlyList<string> Find(Predicate<string> name);

    /// <summary>A group that exists.</summary>
    IControlGroup Open(string name);
}
