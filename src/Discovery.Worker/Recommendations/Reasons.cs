using System.Globalization;

namespace Capns.Discovery.Worker.Recommendations;

/// <summary>Why a tool is in an answer, for people. Pure.</summary>
internal static class Reasons
{
    /// <summary>By its words.</summary>
    public const string Fits = "Best match for the words of the request.";

    /// <summary>By a relation to a tool in use.</summary>
    /// <param name="association">The strongest one.</param>
    /// <param name="seed">Name of the tool in use. Absent: it is gone.</param>
    public static string GoesWith(Association association, string? seed)
    {
        var other = seed ?? "a tool in use";
        return association.Type switch
        {
            "USED_WITH" => string.Create(CultureInfo.InvariantCulture, $"Often used together with {other}: in {association.Observations} sessions."),
            "SIMILAR_TO" => $"Similar to {other}.",
            _ => $"Enhances {other}.",
        };
    }

    /// <summary>By its outcomes.</summary>
    public static string WorksWell(ToolFacts facts) => facts.N == 0
        ? "Nothing speaks against it; it has not been used yet."
        : string.Create(CultureInfo.InvariantCulture, $"Works well: {100 * facts.S / facts.N:0} % of {facts.N} uses were good.");

    /// <summary>By this agent's own history, or its wish.</summary>
    public static string Preferred(long own, string category) => own == 0
        ? $"In category {category}, which is preferred."
        : string.Create(CultureInfo.InvariantCulture, $"Has served this agent well: {own} uses.");
}
