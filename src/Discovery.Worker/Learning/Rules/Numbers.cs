namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>
/// How exactly weights are kept: sums of x exactly, what is divided or decays to 12 places, so that every machine gets the same.
/// </summary>
internal static class Numbers
{
    /// <summary>Decimal places of weights.</summary>
    public const int Places = 12;

    /// <summary>Decimal places of an x that is given; more would say nothing, and sums stay exact.</summary>
    public const int PlacesOfX = 6;

    /// <summary>To 12 places, halves away from zero.</summary>
    public static decimal Round(decimal value) => Math.Round(value, Places, MidpointRounding.AwayFromZero);

    /// <summary>USED_WITH <c>assoc</c>: frequency ÷ √(sessions × sessions), at most 1 (platform spec 7.3, rule 3).</summary>
    /// <param name="frequency">Sessions in which both were used.</param>
    /// <param name="sessionsOfOne">1 and up.</param>
    /// <param name="sessionsOfOther">1 and up.</param>
    public static decimal Association(int frequency, long sessionsOfOne, long sessionsOfOther) =>
        Round((decimal)Math.Min(1, frequency / Math.Sqrt((double)sessionsOfOne * sessionsOfOther)));

    /// <summary>SUGGESTS <c>strength</c>: (s+1)/(n+2) (platform spec 7.3, rule 6).</summary>
    public static decimal Suggestion(int n, decimal s) => Round((s + 1) / (n + 2));

    /// <summary>SIMILAR_TO <c>score</c> after one tool served instead of another, or did not (platform spec 7.3, rule 5).</summary>
    /// <param name="score">0 to 1. Absent: nothing is known of the pair, 0.3.</param>
    /// <param name="worked">Whether it served.</param>
    public static decimal Replaced(decimal? score, bool worked)
    {
        var before = score ?? 0.3m;
        return Round(worked ? before + (0.1m * (1 - before)) : 0.9m * before);
    }
}
