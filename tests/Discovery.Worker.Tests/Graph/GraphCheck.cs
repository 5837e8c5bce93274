using Capns.Discovery.Worker.Graph;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>Compares what a store holds with the truth, line by line. Pure.</summary>
internal static class GraphCheck
{
    /// <summary>What one dump has and the other has not; both empty when they are equal.</summary>
    /// <param name="truth">From <see cref="IToolGraph.DumpAsync"/> of PostgreSQL.</param>
    /// <param name="store">From the same of another store.</param>
    public static GraphDifference Compare(IReadOnlyList<string> truth, IReadOnlyList<string> store) =>
        new(Beyond(truth, store), Beyond(store, truth));

    private static List<string> Beyond(IReadOnlyList<string> one, IReadOnlyList<string> other)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in other)
        {
            counts[line] = counts.GetValueOrDefault(line) + 1;
        }

        // Lines may be there twice: a node that was made twice is a difference.
        return [.. one.Where(line => (counts[line] = counts.GetValueOrDefault(line) - 1) < 0)];
    }
}

/// <summary>How a store differs from the truth.</summary>
/// <param name="Missing">Lines that only the truth has.</param>
/// <param name="Surplus">Lines that only the store has.</param>
internal sealed record GraphDifference(IReadOnlyList<string> Missing, IReadOnlyList<string> Surplus)
{
    public bool IsNone => Missing.Count == 0 && Surplus.Count == 0;
}
