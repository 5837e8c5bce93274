using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Search.Capabilities;

namespace Capns.Discovery.Worker.Requests;

/// <summary>A request that can be answered, and what follows from its fields.</summary>
/// <param name="Request">As it was sent.</param>
/// <param name="Context">Its context, read.</param>
/// <param name="Capabilities">What a tool must provide, read.</param>
internal sealed record DiscoveryQuestion(ToolDiscoveryRequest Request, DiscoveryContext Context, RequestedCapabilities Capabilities)
{
    /// <summary>Tools in an answer when the request says nothing.</summary>
    public const int UsualTools = 5;

    /// <summary>The mode asked for.</summary>
    public string Mode => Request.Mode ?? DiscoveryMode.Recommend;

    /// <summary>Tools in the answer, 1 to 50; a list of what a tool needs is whole, unless it is cut.</summary>
    public int Limit => Request.Limit ?? (Mode is DiscoveryMode.Dependencies or DiscoveryMode.Dependents ? GraphLimits.Closure : UsualTools);

    /// <summary>Types of relations asked for. Empty: all.</summary>
    public IReadOnlyList<RelationType> RelationTypes =>
        [.. (Request.RelationTypes ?? []).Select(word => Graph.RelationTypes.TryParse(word, out var type) ? type : (RelationType?)null).OfType<RelationType>()];

    /// <summary>What to look for. Absent: nothing was said, neither in the query nor in the context.</summary>
    public string? Words
    {
        get
        {
            var words = Given(Request.Query) ?? Given(Request.Intent)
                ?? Given(string.Join(' ', new[] { Context.UserIntent, Context.Topic }.Concat(Context.Keywords).OfType<string>()));
            return words is { Length: > DiscoveryBounds.LongestQuery } ? words[..DiscoveryBounds.LongestQuery] : words;
        }
    }

    /// <summary>What feedback may have been given for: topic, intent, query.</summary>
    public IEnumerable<string> Topics =>
        new[] { Context.Topic, Context.UserIntent, Given(Request.Query), Given(Request.Intent) }.OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Uuids or slugs of the tools that the request names as in use.</summary>
    public IEnumerable<string> Seeds => (Request.CurrentToolIds ?? []).Concat(Context.RecentToolIds).Select(id => id.Trim()).Where(id => id.Length > 0);

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
