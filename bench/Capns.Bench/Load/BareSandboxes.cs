namespace Capns.Bench.Load;

/// <summary>The cost of the same sandboxes started by hand, without bus, registry or database.</summary>
internal static class BareSandboxes
{
    public static Task<IReadOnlyList<(string Name, LatencySample Sample)>> MeasureAsync(LoadOptions options, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<(string, LatencySample)>>([]);
}
