using System.Globalization;

namespace Capns.Discovery.Worker.Tests.Quality;

/// <summary>At which place the first right answer of each query stands.</summary>
/// <param name="Places">From 1; 0: not in the answer.</param>
internal sealed record QualityScore(IReadOnlyList<(LabelledQuery Query, int Place, IReadOnlyList<string> Answer)> Places)
{
    /// <summary>Share of queries whose first right answer is among the first so many.</summary>
    public double Hit(int among) => (double)Places.Count(one => one.Place > 0 && one.Place <= among) / Places.Count;

    /// <summary>Mean reciprocal rank; 0 for a query whose answers are all wrong.</summary>
    public double Mrr => Places.Average(one => one.Place == 0 ? 0 : 1.0 / one.Place);

    /// <summary>The queries of one part.</summary>
    public QualityScore Of(string part) => new([.. Places.Where(one => one.Query.Part == part)]);

    /// <summary>The queries whose first answer is wrong.</summary>
    public IEnumerable<(LabelledQuery Query, int Place, IReadOnlyList<string> Answer)> Misses => Places.Where(one => one.Place != 1);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{100 * Hit(1),6:F1} % {100 * Hit(3),6:F1} % {Mrr,7:F3}   {Places.Count,4}");
}
