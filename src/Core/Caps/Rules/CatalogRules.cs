using System.Text.Json;
using Capns.Core.Caps.Reading;
using Capns.Core.Json;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Caps.Rules;

/// <summary>What stands beside each other in a catalogue.</summary>
internal sealed record Catalog(IReadOnlyList<Cap> Caps, IReadOnlyList<MediaSpecDef> MediaSpecs);

/// <summary>XV1 and XV2, and what each entry has to keep (CapNs spec 8.3).</summary>
internal static class CatalogRules
{
    private const string CapsMember = "caps";
    private const string MediaMember = "media";

    /// <returns>Null when it is no object; the mistake is then reported.</returns>
    public static Catalog? Read(DefinitionReading reading, JsonElement json) =>
        reading.IsObject(json, string.Empty)
            ? new Catalog(
                reading.Items(json, string.Empty, CapsMember, (cap, path) => CapReader.Read(reading, cap, path)),
                reading.Items(json, string.Empty, MediaMember, (spec, path) => MediaSpecReader.Read(reading, spec, null, path)))
            : null;

    public static Findings Check(DefinitionReading reading, IReadOnlyList<Cap> caps, IReadOnlyList<MediaSpecDef> mediaSpecs)
    {
        var findings = reading.Findings;
        if (!reading.HasShape)
        {
            return findings;
        }

        foreach (var (index, cap) in caps.Index())
        {
            var path = JsonPointer.Append(JsonPointer.Append(string.Empty, CapsMember), index);
            ArgumentRules.Check(findings, cap, path);
            MediaSpecRules.CheckInline(findings, cap, path);
        }

        foreach (var (index, spec) in mediaSpecs.Index())
        {
            MediaSpecRules.CheckStandalone(findings, spec, JsonPointer.Append(JsonPointer.Append(string.Empty, MediaMember), index));
        }

        CheckUniqueness(findings, caps, mediaSpecs);
        return findings;
    }

    private static void CheckUniqueness(Findings findings, IReadOnlyList<Cap> caps, IReadOnlyList<MediaSpecDef> mediaSpecs)
    {
        var seenCaps = new HashSet<CapUrn>();
        foreach (var (index, cap) in caps.Index().Where(cap => !seenCaps.Add(cap.Item.Urn)))
        {
            findings.Report(
                DefinitionStage.References, CapRule.DuplicateCap, $"/{CapsMember}/{index}/urn", $"Duplicate cap URN: {cap.UrnString}");
        }

        var seenSpecs = new HashSet<MediaUrn>();
        foreach (var (index, spec) in mediaSpecs.Index())
        {
            if (MediaUrn.TryParse(spec.Urn, out var urn, out _) && !seenSpecs.Add(urn))
            {
                findings.Report(
                    DefinitionStage.References, CapRule.DuplicateSpec, $"/{MediaMember}/{index}/urn", $"Duplicate media URN: {urn}");
            }
        }
    }
}
