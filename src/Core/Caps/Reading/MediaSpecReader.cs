using System.Text.Json;
using Capns.Core.Caps.Rules;
using Capns.Core.Json;
using Capns.Core.Media;

namespace Capns.Core.Caps.Reading;

/// <summary>Reads the JSON of media specs (CapNs spec 7.1): the array form, and the older map (D19).</summary>
internal static class MediaSpecReader
{
    private const string ProfileParameter = "profile=";

    /// <param name="reading">Where mistakes go.</param>
    /// <param name="json">An array of specs, or an object whose names are their URNs.</param>
    /// <param name="cap">The URN of the capability they stand in.</param>
    /// <param name="path">To <paramref name="json"/>.</param>
    public static List<MediaSpecDef> ReadAll(DefinitionReading reading, JsonElement json, string cap, string path) =>
        json.ValueKind == JsonValueKind.Object
            ? [.. from entry in json.EnumerateObject()
                  let spec = ReadEntry(reading, entry, cap, JsonPointer.Append(path, entry.Name))
                  where spec is not null
                  select spec]
            : reading.Items(json, path, (spec, place) => Read(reading, spec, cap, place));

    /// <summary>A standalone one.</summary>
    public static MediaSpecDef? Read(DefinitionReading reading, JsonElement json) => Read(reading, json, null, string.Empty);

    /// <param name="reading">Where mistakes go.</param>
    /// <param name="json">A value of any kind.</param>
    /// <param name="cap">The URN of the capability it stands in; null for a standalone one.</param>
    /// <param name="path">To <paramref name="json"/>.</param>
    /// <param name="mapUrn">Its name in the older map form, where it has no <c>urn</c> of its own and may be without title.</param>
    public static MediaSpecDef? Read(
        DefinitionReading reading, JsonElement json, string? cap, string path, string? mapUrn = null)
    {
        if (!reading.IsObject(json, path))
        {
            return null;
        }

        var urn = mapUrn ?? reading.RequiredText(json, path, "urn");
        var mediaType = TextIfThere(reading, json, path, "media_type");
        var title = TextIfThere(reading, json, path, "title") ?? mapUrn;
        MediaSpecRules.CheckPresence(reading.Findings, urn, mediaType is not null, title is not null, cap, path);
        return new MediaSpecDef
        {
            Urn = urn,
            MediaType = mediaType ?? string.Empty,
            Title = title ?? string.Empty,
            ProfileUri = reading.OptionalText(json, path, "profile_uri"),
            Schema = DefinitionReading.GetOptional(json, "schema"),
            Description = reading.OptionalText(json, path, "description"),
            Validation = ReadValidation(reading, json, path),
            Metadata = DefinitionReading.GetOptional(json, "metadata"),
            Extensions = reading.Items(json, path, "extensions", reading.Text),
        };
    }

    /// <summary>One entry of the older map: <c>"id": "mime; profile=url"</c> or <c>"id": {…}</c>.</summary>
    /// <remarks>The id is its title when it has none: the text form has no room for one.</remarks>
    private static MediaSpecDef? ReadEntry(DefinitionReading reading, JsonProperty entry, string cap, string path)
    {
        if (entry.Value.ValueKind != JsonValueKind.String)
        {
            return Read(reading, entry.Value, cap, path, entry.Name);
        }

        var parts = entry.Value.GetString()!.Split(';', StringSplitOptions.TrimEntries);
        var profile = Array.Find(parts, part => part.StartsWith(ProfileParameter, StringComparison.Ordinal));
        var others = parts.Where(part => part != profile);
        return new MediaSpecDef
        {
            Urn = entry.Name,
            MediaType = string.Join("; ", others),
            Title = entry.Name,
            ProfileUri = profile?[ProfileParameter.Length..].Trim('"'),
        };
    }

    /// <summary>Absence is left to MS1, MS3 and XV4; <c>null</c> is of the wrong shape.</summary>
    private static string? TextIfThere(DefinitionReading reading, JsonElement json, string path, string name) =>
        json.TryGetProperty(name, out var value) ? reading.Text(value, JsonPointer.Append(path, name)) : null;

    private static MediaValidation? ReadValidation(DefinitionReading reading, JsonElement json, string path)
    {
        var place = JsonPointer.Append(path, "validation");
        if (DefinitionReading.GetOptional(json, "validation") is not { } rules || !reading.IsObject(rules, place))
        {
            return null;
        }

        return new MediaValidation
        {
            Min = reading.OptionalNumber(rules, place, "min"),
            Max = reading.OptionalNumber(rules, place, "max"),
            MinLength = reading.OptionalCount(rules, place, "min_length"),
            MaxLength = reading.OptionalCount(rules, place, "max_length"),
            Pattern = reading.OptionalText(rules, place, "pattern"),
            AllowedValues = DefinitionReading.GetOptional(rules, "allowed_values") is { } values
                ? reading.Items(values, JsonPointer.Append(place, "allowed_values"), reading.Text) : null,
        };
    }
}
