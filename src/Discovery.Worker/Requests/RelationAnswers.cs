using System.Globalization;
using Capns.Contracts.Discovery;
using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Reading;

namespace Capns.Discovery.Worker.Requests;

/// <summary>Answers the modes that start from a tool (platform spec 7.2, 7.5).</summary>
internal sealed class RelationAnswers(IGraphAnswers graph, TimeProvider time)
{
    /// <summary>Least strength of a list of similar tools that names none (platform spec 4.3).</summary>
    public const double UsualSimilarity = 0.6;

    /// <summary>Least strength of a list of related tools that names none.</summary>
    public const double UsualStrength = 0.5;

    /// <summary>The list, or why there is none.</summary>
    /// <param name="question">In one of these modes.</param>
    /// <param name="answers">Writes the tools.</param>
    /// <param name="catalogue">Where the tools are looked up.</param>
    /// <param name="allowed">The filters; what a tool needs is shown whoever may run it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<RelationList> OfAsync(
        DiscoveryQuestion question, ToolAnswers answers, CatalogueSnapshot catalogue, Func<int, bool> allowed, CancellationToken cancellationToken)
    {
        if (catalogue.Find(question.Request.ToolId!.Trim()) is not { Availability: not ToolAvailability.Archived } tool)
        {
            return new RelationList([], false, DiscoveryRules.Error(ErrorCodes.ToolNotFound, $"There is no tool \"{question.Request.ToolId}\"."));
        }

        if (question.Mode is DiscoveryMode.Dependencies or DiscoveryMode.Dependents)
        {
            return await DependenciesAsync(tool, question, answers, catalogue, cancellationToken);
        }

        var read = await graph.NeighboursAsync([tool.Id], cancellationToken);
        var listed = List(question, tool, read.Value ?? [], time.GetUtcNow());
        var tools = new List<ToolRecommendation>();
        foreach (var related in listed)
        {
            if (tools.Count < question.Limit && catalogue.PlaceOf(related.ToolId) is >= 0 and var place && allowed(place))
            {
                tools.Add(answers.Related(
                    catalogue.Tools[place], related.Relation.Type.Word(), tool, related.Strength, related.Relation.Frequency, Reason(related, tool)));
            }
        }

        return new RelationList(tools, read.Degraded, null);
    }

    /// <summary>Longer than the answer: tools that the filters leave out are replaced by the next ones.</summary>
    private static IReadOnlyList<RelatedTool> List(DiscoveryQuestion question, CatalogueTool tool, IReadOnlyList<ToolRelation> neighbours, DateTimeOffset now) => question.Mode switch
    {
        DiscoveryMode.Similar => RelationLists.Similar(neighbours, tool.Id, question.Request.MinStrength ?? UsualSimilarity, int.MaxValue, now),
        DiscoveryMode.UsedWith => RelationLists.UsedWith(neighbours, tool.Id, int.MaxValue, now),
        _ => RelationLists.Related(neighbours, tool.Id, question.RelationTypes, question.Request.MinStrength ?? UsualStrength, int.MaxValue, now),
    };

    private async Task<RelationList> DependenciesAsync(
        CatalogueTool tool, DiscoveryQuestion question, ToolAnswers answers, CatalogueSnapshot catalogue, CancellationToken cancellationToken)
    {
        var reverse = question.Mode == DiscoveryMode.Dependents;
        var read = await graph.DependenciesAsync(tool.Id, reverse, cancellationToken);
        var tools = new List<ToolRecommendation>();
        foreach (var dependency in (read.Value?.Tools ?? []).Take(question.Limit))
        {
            var found = catalogue.Find(dependency.ToolId);
            var reason = Reason(dependency, tool, reverse);
            tools.Add((found is null
                    ? Missing(dependency.ToolId, tool)
                    : answers.Related(found, RelationType.Requires.Word(), tool, 1, 0, reason)) with
            {
                Reason = reason,
                Status = Status(found),
                Depth = dependency.Depth,
            });
        }

        return new RelationList(tools, read.Degraded, null);
    }

    private static string Status(CatalogueTool? tool) => tool?.Availability switch
    {
        ToolAvailability.Yes => "ok",
        ToolAvailability.Disabled or ToolAvailability.Maintenance => "disabled",
        _ => "missing",
    };

    private static ToolRecommendation Missing(Guid id, CatalogueTool tool) => new()
    {
        ToolId = id.ToString(),
        Name = id.ToString(),
        Version = "",
        Category = "",
        SecurityLevel = tool.Level,
        RequiresApproval = false,
        Score = 1,
        Confidence = 0,
        Reason = "",
    };

    private static string Reason(Dependency dependency, CatalogueTool tool, bool reverse)
    {
        var how = dependency.Depth == 1 ? "directly" : string.Create(CultureInfo.InvariantCulture, $"through others, {dependency.Depth} steps away");
        var circle = dependency.InCycle ? " It requires itself in a circle." : "";
        return $"{(reverse ? $"Requires {tool.Name}" : $"Required by {tool.Name}")} {how}.{circle}";
    }

    private static string Reason(RelatedTool related, CatalogueTool tool) => related.Relation switch
    {
        { Reason: { Length: > 0 } said } => said,
        { Type: RelationType.UsedWith } relation => string.Create(CultureInfo.InvariantCulture, $"Used together with {tool.Name} in {relation.Frequency} sessions."),
        { Type: RelationType.SimilarTo } => $"Similar to {tool.Name}.",
        { Type: RelationType.Enhances } relation => relation.To == tool.Id ? $"Enhances {tool.Name}." : $"Is enhanced by {tool.Name}.",
        { Type: RelationType.Replaces } relation => relation.To == tool.Id ? $"Replaces {tool.Name}." : $"Is replaced by {tool.Name}.",
        var relation => relation.From == tool.Id ? $"Required by {tool.Name}." : $"Requires {tool.Name}.",
    };
}

/// <summary>A list of tools that have to do with one.</summary>
/// <param name="Tools">In the order of the list.</param>
/// <param name="Degraded">True when the store that should have answered is away.</param>
/// <param name="Refusal">Why there is none.</param>
internal sealed record RelationList(IReadOnlyList<ToolRecommendation> Tools, bool Degraded, ErrorDetail? Refusal);
