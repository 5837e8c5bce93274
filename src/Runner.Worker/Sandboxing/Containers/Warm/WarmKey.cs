using System.Text.Json;

namespace Capns.Runner.Worker.Sandboxing.Containers.Warm;

/// <summary>What must be equal for a waiting container to serve a run: what cannot be changed once a container is started.</summary>
/// <param name="Setting">Image, environment and folders; for a prestarted program its command, too.</param>
/// <param name="ScratchBytes">As in <see cref="SandboxLimits"/>; the other limits can be changed.</param>
internal sealed record WarmKey(string Setting, long ScratchBytes)
{
    /// <summary>The key of a program under limits.</summary>
    public static WarmKey Of(SandboxProgram program, SandboxLimits limits) => new(SettingOf(program), limits.ScratchBytes);

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
