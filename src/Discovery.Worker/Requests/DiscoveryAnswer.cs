using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Requests;

/// <summary>Chooses from the tools that were found by their exact id, slug or name, and says so. Pure.</summary>
internal static class DiscoveryAnswer
{
    /// <summary>The answer to a request that has passed <see cref="DiscoveryRules"/>.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="found">Tools with the id, slug or name asked for; none for modes that need the graph.</param>
    /// <param name="epoch">Number of the catalogue's latest change.</param>
    /// <param name="now">When the answer is made.</param>
    public static ToolRecommendationUpdated To(ToolDiscoveryRequest request, IReadOnlyList<CatalogueTool> found, long epoch, DateTimeOffset now)
    {
        var tools = found.Where(tool => Fits(request, tool)).Take(request.Limit ?? DiscoveryRules.UsualTools).ToList();
        return new ToolRecommendationUpdated
        {
            RequestId = request.RequestId,
            AgentId = request.AgentId,
            UserId = request.UserId,
            Trigger = "discovery",
            Mode = DiscoveryRules.Mode(request),
            GeneratedAt = now,
            GraphEpoch = epoch,
            // Only exact names are looked up: where none fits, a search by words, capability or relation might have found more.
            Degraded = tools.Count == 0,
            Recommendations = [.. tools.Select(tool => ToRecommendation(request, tool))],
        };
    }

    private static bool Fits(ToolDiscoveryRequest request, CatalogueTool tool)
    {
        // Capabilities and tags are not in the catalogue's events, so that a tool has them cannot be said.
        if (request.Capabilities is { Count: > 0 } || request.Tags is { Count: > 0 })
        {
            return false;
        }

        return tool.Level <= (request.SecurityLevel ?? SecurityLevel.Dangerous)
            && (request.IncludeDeprecated == true || !tool.Deprecated)
            && (request.Categories is not { Count: > 0 } categories || categories.Contains(tool.Category, StringComparer.Ordinal))
            && !Names(request.ExcludeToolIds, tool)
            && (request.ExcludeUsed != true || !(Names(request.CurrentToolIds, tool) || Names(Recent(request.Context), tool)));
    }

    private static bool Names(IEnumerable<string>? ids, CatalogueTool tool) =>
        ids?.Any(id => id == tool.Slug || (Guid.TryParse(id, out var uuid) && uuid == tool.Id)) == true;

    private static IEnumerable<string> Recent(JsonElement? context) =>
        context is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("recentToolIds", out var ids) && ids.ValueKind == JsonValueKind.Array
            ? ids.EnumerateArray().Where(id => id.ValueKind == JsonValueKind.String).Select(id => id.GetString()!)
            : [];

    private static ToolRecommendation ToRecommendation(ToolDiscoveryRequest request, CatalogueTool tool) => new()
    {
        ToolId = tool.Id.ToString(),
        Name = tool.Name,
        Version = tool.Version,
        Category = tool.Category,
        SecurityLevel = tool.Level,
        // Platform spec 5.3: these levels always ask people.
        RequiresApproval = tool.RequiresApproval || tool.Level >= SecurityLevel.Restricted,
        Score = 1,
        Confidence = 1,
        Reason = Names(request.ToolId is { } id ? [id] : null, tool) ? "It is the tool that was asked for." : "It is called exactly so.",
        Deprecated = tool.Deprecated ? true : null,
    };
}
