namespace Capns.Discovery.Worker.Recommendations;

/// <summary>How the parts of a score are made of what was observed (platform spec 7.4). Pure.</summary>
internal static class Parts
{
    /// <summary>Added to <c>pref</c> of tools in a preferred category.</summary>
    public const double PreferredBonus = 0.1;

    /// <summary>What a SIMILAR_TO edge counts as an association.</summary>
    public const double SimilarWeight = 0.8;

    /// <summary>What an ENHANCES edge counts as an association.</summary>
    public const double EnhancesWeight = 0.7;

    /// <summary>Share of what a deprecated tool scores.</summary>
    public const double DeprecatedShare = 0.5;

    /// <summary>(s+2)/(n+4): 0.5 before the first observation.</summary>
    /// <param name="n">Observations over all agents.</param>
    /// <param name="s">Sum of their outcomes, 0 to <paramref name="n"/>.</param>
    public static double Qual(long n, double s) => (s + 2) / (n + 4);

    /// <summary>(s+1)/(n+2) of one agent, 0.5 without history; more in preferred categories, at most 1.</summary>
    public static double Pref(long n, double s, bool preferred) => Math.Min(1, ((s + 1) / (n + 2)) + (preferred ? PreferredBonus : 0));

    /// <summary>ln(1+uses) ÷ ln(1+largest); NaN while nothing is used.</summary>
    /// <param name="uses">Of 30 days.</param>
    /// <param name="largest">The most of any tool.</param>
    public static double Pop(long uses, long largest) => largest <= 0 ? double.NaN : Math.Log(1 + uses) / Math.Log(1 + largest);

    /// <summary>1 − ½·min(1, cost÷limit) − ½·min(1, duration÷limit).</summary>
    public static double Econ(double cost, double costLimit, double durationMs, double durationLimitMs) =>
        1 - (0.5 * Share(cost, costLimit)) - (0.5 * Share(durationMs, durationLimitMs));

    /// <summary>e/(e+10), 4 digits.</summary>
    /// <param name="observations">How many were used.</param>
    public static double Confidence(long observations) => Rounded.To4(observations / (observations + 10.0));

    private static double Share(double value, double limit) => value <= 0 ? 0 : limit <= 0 ? 1 : Math.Min(1, value / limit);
}
