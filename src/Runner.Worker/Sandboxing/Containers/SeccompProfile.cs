using System.Text.Json;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>The system calls a container may make: an allow-list, narrower than the engine's own default.</summary>
internal static class SeccompProfile
{
    /// <summary>The profile as the engine takes it, on one line.</summary>
    public static string Json { get; } = Load();

    private static string Load()
    {
        using var stream = typeof(SeccompProfile).Assembly.GetManifestResourceStream("containers.seccomp.json")
            ?? throw new InvalidOperationException("The seccomp profile is not in the assembly.");
        using var document = JsonDocument.Parse(stream);
        return JsonSerializer.Serialize(document.RootElement);
    }
}
