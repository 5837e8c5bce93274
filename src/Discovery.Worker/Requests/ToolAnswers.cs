using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Recommendations;
using Capns.Discovery.Worker.Rights;

namespace Capns.Discovery.Worker.Requests;

/// <summary>Writes tools as answers hold them (platform spec 3.21). Pure.</summary>
/// <param name="facts">What was observed.</param>
/// <param name="rights">Knows which tools ask people first.</param>
internal sealed class ToolAnswers(FactsTable facts, RightsFilter rights)
{
    /// <summary>A tool that was ranked.</summary>
    /// <param name="ranked">The tool, and why it is there.</param>
    /// <param name="matchedCap">Canonical text of the capability that matched. Absent: none was asked for.</param>
    public ToolRecommendation Of(RankedTool ranked, string? matchedCap) => Describe(ranked.Tool) with
    {
        Score = ranked.Score,
        Confidence = ranked.Confidence,
        Reason = ranked.Reason,
        Components = ranked.Parts.ToComponents(),
        Relationships = ranked.Association is { } association
            ? [new ToolRelationship { Type = association.Type, ToolId = association.Seed.ToString(), Strength = Rounded.To4(association.Strength) }]
            : null,
        MatchedCap = matchedCap,
    };

    /// <summary>A tool of a list of relations.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="type">Word of the relation.</param>
    /// <param name="from">The tool that was asked about.</param>
    /// <param name="strength">0 to 1, as of now.</param>
    /// <param name="observations">How often it was seen.</param>
    /// <param name="reason">A sentence.</param>
    public ToolRecommendation Related(CatalogueTool tool, string type, CatalogueTool from, double strength, long observations, string reason) => Describe(tool) with
    {
        Score = Rounded.To4(strength),
        Confidence = Parts.Confidence(observations),
        Reason = reason,
        Relationships = [new ToolRelationship { Type = type, ToolId = from.Id.ToString(), Strength = Rounded.To4(strength) }],
    };

    private ToolRecommendation Describe(CatalogueTool tool)
    {
        var place = facts.Catalogue.PlaceOf(tool.Id);
        return new ToolRecommendation
        {
            ToolId = tool.Id.ToString(),
            Name = tool.Name,
            Version = tool.Version,
            Category = tool.Category,
            SecurityLevel = tool.Level,
            RequiresApproval = rights.AsksPeople(tool),
            Score = 0,
            Confidence = 0,
            Reason = "",
            EstimatedCost = (decimal)Math.Round(facts.Cost(place), 6),
            EstimatedDuration = (int)Math.Min(int.MaxValue, Math.Ceiling(facts.DurationMs(place))),
            Deprecated = tool.Deprecated ? true : null,
        };
    }
}
