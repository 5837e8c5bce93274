using System.Text.Json;
using Capns.Core.Matching;
using Capns.Core.Urns;
using Capns.Registry.Worker.Capabilities;

namespace Capns.Registry.Worker.Api;

/// <summary>Capabilities as the API shows them.</summary>
internal static class CapabilityView
{
    private static readonly SpecificityScheme[] ScoreSchemes = Enum.GetValues<SpecificityScheme>();

    /// <summary>Every capability of the tools that may run now, by name.</summary>
    /// <param name="known">Who provides what.</param>
    /// <param name="text">Part of the capability, or of slug or name of a tool that has it; without case. Absent: all.</param>
    public static IReadOnlyList<CapabilityItem> List(CapabilitySnapshot known, string? text)
    {
        var offers = known.Available.SelectMany(tool => tool.Offered.Words.Distinct(StringComparer.Ordinal).Select(word => (Name: word, Kind: "word", Tool: tool))
            .Concat(tool.Offered.Urns.Select(urn => urn.ToString()).Distinct(StringComparer.Ordinal).Select(urn => (Name: urn, Kind: "cap", Tool: tool))));
        return
        [
            .. from offer in offers
               group offer.Tool by (offer.Name, offer.Kind) into capability
               where text is null || Has(capability.Key.Name, text) || capability.Any(tool => Has(tool.Slug, text) || Has(tool.Name, text))
               orderby capability.Key.Name, capability.Key.Kind
               select new CapabilityItem(capability.Key.Name, capability.Key.Kind, [.. capability.Select(Provider)]),
        ];

        static bool Has(string name, string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Who is chosen for a request, and who else accepts it.</summary>
    public static object Resolution(CapUrn cap, ProvidedCapability best, IReadOnlyList<ProvidedCapability> all) =>
        new { cap = cap.ToString(), best = Candidate(best), candidates = all.Select(Candidate) };

    /// <summary>Why a request gets the provider it gets, or none.</summary>
    public static object Explanation(CapUrn cap, CapabilitySnapshot known)
    {
        _ = known.TryFindBest(cap, out var best);
        return new
        {
            cap = cap.ToString(),
            best = best is null ? null : Candidate(best),
            reason = best is null ? MissingCapability.Of(cap, known).Message : known.Explain(cap).Sentence,
            candidates = known.FindAll(cap).Select(Candidate),
            unavailable = known.FindUnavailable(cap).Select(MissingCapability.Unavailable),
            nearest = known.FindNearest(cap).Select(MissingCapability.Nearest),
            definition = best is null ? (JsonElement?)null : JsonSerializer.SerializeToElement(best.Cap),
        };
    }

    private static object Candidate(ProvidedCapability provided) => new
    {
        provided.Tool.ToolId,
        provider = provided.Tool.Slug,
        toolVersion = provided.Tool.Version,
        matchedCap = provided.Cap.Urn.ToString(),
        provided.Specificity,
        scores = ScoreSchemes.ToDictionary(
            scheme => JsonNamingPolicy.CamelCase.ConvertName(scheme.ToString()), scheme => provided.Cap.Urn.GetSpecificity(scheme)),
    };

    private static CapabilityTool Provider(ToolProvider tool) => new(tool.ToolId, tool.Slug, tool.Name, tool.Version);
}

/// <summary>One element of the list.</summary>
/// <param name="Capability">The word, or the URN in canonical form.</param>
/// <param name="Kind"><c>word</c> or <c>cap</c>.</param>
/// <param name="Tools">Who provides it, in the order of registration.</param>
internal sealed record CapabilityItem(string Capability, string Kind, IReadOnlyList<CapabilityTool> Tools);

/// <summary>A provider in the list.</summary>
internal sealed record CapabilityTool(Guid ToolId, string Slug, string Name, string Version);
