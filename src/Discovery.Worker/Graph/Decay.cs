namespace Capns.Discovery.Worker.Graph;

/// <summary>What was learned counts less the longer ago it was (platform spec 7.3, rule 8). Pure.</summary>
internal static class Decay
{
    /// <summary>After so long a weight counts half.</summary>
    public static readonly TimeSpan HalfLife = TimeSpan.FromDays(30);

    /// <summary>What a weight counts now: weight × 0.5^(days since it was used ÷ 30).</summary>
    /// <param name="weight">Any number.</param>
    /// <param name="lastUsed">Absent: it does not decay. In the future, by another machine's clock: it counts in full.</param>
    /// <param name="now">The moment of the question.</param>
    public static double Of(double weight, DateTimeOffset? lastUsed, DateTimeOffset now)
    {
        if (lastUsed is not { } last || last >= now)
        {
            return weight;
        }

        return weight * Math.Pow(0.5, (now - last) / HalfLife);
    }
}
