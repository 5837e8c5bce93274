using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Core.Matching.Explanations;
using Capns.Core.Urns;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>What is told to whom nobody can serve: what is switched off, what comes nearest, and what would have to change.</summary>
/// <param name="Message">For people.</param>
/// <param name="Details">For programs: <c>{cap, unavailable, nearest}</c>.</param>
internal sealed record MissingCapability(string Message, JsonElement Details)
{
    /// <summary>For a request that no tool which may run now accepts.</summary>
    public static MissingCapability Of(CapUrn request, CapabilitySnapshot known)
    {
        var unavailable = known.FindUnavailable(request);
        var nearest = known.FindNearest(request);
        string?[] sentences =
        [
            $"No tool that may run now provides {request}.",
            unavailable.Count == 0 ? null : $"Tool {unavailable[0].Tool.Slug} provides {unavailable[0].Cap.Urn}, but it {unavailable[0].Tool.Unavailable}.",
            nearest.Count == 0 ? "No tool that may run now has a capability URN." : NearestCaps.Describe(nearest),
        ];
        var details = new
        {
            cap = request.ToString(),
            unavailable = unavailable.Take(NearestCaps.Usual).Select(Unavailable),
            nearest = nearest.Select(Nearest),
        };
        return new MissingCapability(
            string.Join(' ', sentences.Where(sentence => sentence is not null)), JsonSerializer.SerializeToElement(details, WireJson.Options));
    }

    /// <summary>A provider that is switched off, for programs.</summary>
    public static object Unavailable(ProvidedCapability found) =>
        new { found.Tool.ToolId, provider = found.Tool.Slug, matchedCap = found.Cap.Urn.ToString(), reason = found.Tool.Unavailable };

    /// <summary>A capability that comes near, for programs.</summary>
    public static object Nearest(NearestCap near) => new
    {
        provider = near.Candidate.Label[CapabilitySnapshot.LabelPrefix.Length..],
        capability = near.Candidate.Urn.ToString(),
        near.Cost,
        changes = near.Explanation.Changes.Select(change => new { change.Subject, tag = change.Key, change.From, change.To, text = change.ToString() }),
    };
}
