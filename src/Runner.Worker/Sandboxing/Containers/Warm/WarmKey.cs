using System.Text.Json;

namespace Capns.Runner.Worker.Sandboxing.Containers.Warm;

/// <summary>What must be equal for a waiting container to serve a run: everything that is fixed when a container is made.</summary>
/// <param name="Setting">Image, environment and folders; for a prestarted program its command, too.</param>
/// <param name="MemoryBytes">As in <see cref="SandboxLimits"/>.</param>
/// <param name="Cpu">As in <see cref="SandboxLimits"/>.</param>
/// <param name="Processes">As in <see cref="SandboxLimits"/>.</param>
/// <param name="ScratchBytes">As in <see cref="SandboxLimits"/>.</param>
internal sealed record WarmKey(string Setting, long MemoryBytes, double Cpu, int Processes, long ScratchBytes)
{
    /// <summary>The key of a program under limits.</summary>
    public static WarmKey Of(SandboxProgram program, SandboxLimits limits) =>
        new(SettingOf(program), limits.MemoryBytes, limits.Cpu, limits.Processes, limits.ScratchBytes);

    /// <summary>What programs that may share containers have in common. A waiting shell runs any command.</summary>
    public static string SettingOf(SandboxProgram program) => JsonSerializer.Serialize(new
    {
        program.Image,
        Environment = program.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal),
        Folders = program.ReadOnlyFolders.OrderBy(pair => pair.Key, StringComparer.Ordinal),
        Command = program.Prestart ? program.Command : [],
        program.Prestart,
    });
}
