using Capns.Core.Json;
using Capns.Core.Media;

namespace Capns.Core.Caps.Rules;

/// <summary>MS1 to MS3, XV4, inline duplicates and REQUIRED_DEFAULT (CapNs spec 8.3): what needs no look at a registry.</summary>
internal static class MediaSpecRules
{
    /// <summary>MS1, MS3 and XV4. Reading JSON finds what is not there; validation takes an empty text for none.</summary>
    /// <param name="findings">Where mistakes go.</param>
    /// <param name="urn">Of the spec, as written.</param>
    /// <param name="hasType">Whether it has a media type.</param>
    /// <param name="hasTitle">Whether it has a title.</param>
    /// <param name="cap">The URN of the definition it stands in; null for a standalone one.</param>
    /// <param name="path">To the spec.</param>
    public static void CheckPresence(Findings findings, string urn, bool hasType, bool hasTitle, string? cap, string path)
    {
        if (!hasTitle && cap is null)
        {
            findings.Report(DefinitionStage.MediaSpecs, CapRule.SpecTitleMissing, path, $"Media spec '{urn}' has no title");
        }

        if (!hasType)
        {
            findings.Report(DefinitionStage.MediaSpecs, CapRule.SpecTypeMissing, path, $"Media spec '{urn}' has no media_type");
        }

        if (!hasTitle && cap is not null)
        {
            // There is no file here; the definition is what the spec stands in.
            findings.Report(
                DefinitionStage.References, CapRule.InlineTitleMissing, path, $"Inline media spec '{urn}' in {cap} has no title");
        }
    }

    public static void CheckStandalone(Findings findings, MediaSpecDef spec, string path) => Check(findings, spec, null, path);

    public static void CheckInline(Findings findings, Cap cap, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var spellings = new Spellings(findings, CapRule.DuplicateInlineSpec);
        foreach (var (index, spec) in cap.MediaSpecs.Index())
        {
            var place = JsonPointer.Append(path + "/media_specs", index);
            Check(findings, spec, cap.UrnString, place);
            spellings.Add(spec.Urn, JsonPointer.Append(place, "urn"));
            if (!seen.Add(spec.Urn))
            {
                var text = $"duplicate media URN '{spec.Urn}' in media_specs - each URN must be unique";
                findings.Report(DefinitionStage.MediaSpecs, CapRule.DuplicateInlineSpec, JsonPointer.Append(place, "urn"), text);
            }
        }

        foreach (var (index, arg) in cap.Args.Index().Where(arg => arg.Item is { Required: true, DefaultValue: not null }))
        {
            var place = JsonPointer.Append(JsonPointer.Append(path + "/args", index), "default_value");
            findings.Report(
                DefinitionStage.MediaSpecs, CapRule.RequiredDefault, place, $"Required argument '{arg.MediaUrn}' cannot have a default value");
        }
    }

    private static void Check(Findings findings, MediaSpecDef spec, string? cap, string path)
    {
        var (hasType, hasTitle) = (spec.MediaType.Length > 0, spec.Title.Length > 0);
        if (cap is null && !hasTitle)
        {
            // MS1 comes before MS2, MS3 after it.
            CheckPresence(findings, spec.Urn, hasType, hasTitle, cap, path);
        }

        if (!MediaUrn.TryParse(spec.Urn, out _, out _))
        {
            findings.Report(
                DefinitionStage.MediaSpecs, CapRule.SpecUrnInvalid, JsonPointer.Append(path, "urn"), "Invalid media URN: expected 'media:' prefix");
        }

        CheckPresence(findings, spec.Urn, hasType, hasTitle, cap, path);
    }
}
