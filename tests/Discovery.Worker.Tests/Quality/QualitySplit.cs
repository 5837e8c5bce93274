using System.Security.Cryptography;
using System.Text;

namespace Capns.Discovery.Worker.Tests.Quality;

/// <summary>Which queries may be tuned on and which are only measured; nobody chooses by hand.</summary>
/// <remarks>
/// In the order of the SHA-256 of their UTF-8 text each query goes where it keeps its kind and its domain nearer to two
/// fifths for tuning: choosing the part with the smaller sum of squared distances, and the measured one when both are
/// equal. The domain is that of the first tool in <c>best</c>.
/// </remarks>
internal static class QualitySplit
{
    public const string Tune = "tune";
    public const string Measured = "measured";

    /// <summary>The part of each query, by its text.</summary>
    public static Dictionary<string, string> Parts(IEnumerable<LabelledQuery> queries, Func<string, string> domainOf)
    {
        var parts = new Dictionary<string, string>();
        var all = new Dictionary<string, int>();
        var tuned = new Dictionary<string, int>();
        foreach (var query in queries.OrderBy(query => Hash(query.Query), StringComparer.Ordinal))
        {
            string[] groups = [$"kind:{query.Kind}", $"domain:{domainOf(query.Best[0])}"];

            // In fifths: how much each group lacks for tuning with this query in it. Taking it gives five to both.
            var lacking = groups.Sum(group => (2 * (all.GetValueOrDefault(group) + 1)) - (5 * tuned.GetValueOrDefault(group)));
            var tune = lacking > 5;
            foreach (var group in groups)
            {
                all[group] = all.GetValueOrDefault(group) + 1;
                tuned[group] = tuned.GetValueOrDefault(group) + (tune ? 1 : 0);
            }

            parts.Add(query.Query, tune ? Tune : Measured);
        }

        return parts;
    }

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
