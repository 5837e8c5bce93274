using System.Text.Json;

namespace Capns.Runner.Worker.Sandboxing.Containers.Engine;

/// <summary>Reads one line of <c>GET /containers/{id}/stats</c>.</summary>
internal static class ContainerStatistics
{
    /// <summary>Reads a sample.</summary>
    /// <param name="line">One JSON document.</param>
    /// <param name="sample">Memory and CPU.</param>
    /// <returns>False when the container does not run (any more): its numbers are missing or zero.</returns>
    /// <exception cref="JsonException">The line is not JSON.</exception>
    public static bool TryRead(string line, out ContainerSample sample)
    {
        sample = default;
        using var document = JsonDocument.Parse(line);
        if (!document.RootElement.TryGetProperty("memory_stats", out var memory)
            || !document.RootElement.TryGetProperty("cpu_stats", out var cpu)
            || !cpu.TryGetProperty("cpu_usage", out var usage)
            || !usage.TryGetProperty("total_usage", out var nanoseconds))
        {
            return false;
        }

        // max_usage exists on control groups v1 only.
        var bytes = Number(memory, "max_usage") is var most and > 0 ? most : Number(memory, "usage");
        sample = new ContainerSample(bytes, TimeSpan.FromTicks(nanoseconds.GetInt64() / TimeSpan.NanosecondsPerTick));
        return bytes > 0;
    }

    private static long Number(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetInt64() : 0;
}
