using System.Text.Json;
using Capns.Core.Caps.Rules;
using Capns.Core.Json;
using Capns.Core.Urns;

namespace Capns.Core.Caps.Reading;

/// <summary>Reads the JSON of a definition (CapNs spec 7.1).</summary>
internal static class CapReader
{
    public static Cap? Read(DefinitionReading reading, JsonElement json) => Read(reading, json, string.Empty);

    /// <returns>Null when there is no usable URN; the mistake is then reported.</returns>
    public static Cap? Read(DefinitionReading reading, JsonElement json, string path)
    {
        if (!reading.IsObject(json, path))
        {
            return null;
        }

        var urn = ReadUrn(reading, json, path);
        var name = urn?.ToString() ?? string.Empty;
        var title = reading.RequiredText(json, path, "title");
        var command = reading.RequiredText(json, path, "command");
        var description = reading.OptionalText(json, path, "cap_description");
        var metadata = ReadMetadata(reading, json, path);
        var specs = json.TryGetProperty("media_specs", out var found)
            ? MediaSpecReader.ReadAll(reading, found, name, JsonPointer.Append(path, "media_specs")) : [];
        var args = reading.Items(json, path, "args", (arg, place) => ArgReader.Read(reading, arg, name, place));
        var output = ReadOutput(reading, json, path);
        var registeredBy = ReadRegisteredBy(reading, json, path);
        return urn is null ? null : new Cap
        {
            Urn = urn,
            Title = title,
            Command = command,
            Description = description,
            Metadata = metadata,
            MediaSpecs = specs,
            Args = args,
            Output = output,
            MetadataJson = DefinitionReading.GetOptional(json, "metadata_json"),
            RegisteredBy = registeredBy,
        };
    }

    private static CapUrn? ReadUrn(DefinitionReading reading, JsonElement json, string path)
    {
        if (!reading.TryGetRequired(json, path, "urn", out var value))
        {
            return null;
        }

        var place = JsonPointer.Append(path, "urn");
        var text = reading.Text(value, place);
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        if (CapUrn.TryParse(text, out var urn, out var error))
        {
            return urn;
        }

        var (stage, rule) = error.Name switch
        {
            "MissingInSpec" or "MissingOutSpec" => (DefinitionStage.Urn, CapRule.DirectionMissing),
            "InvalidMediaUrn" => (DefinitionStage.Urn, CapRule.DirectionInvalid),
            _ => (DefinitionStage.Structure, CapRule.Structure),
        };
        reading.Findings.Report(stage, new CapDefinitionError(rule, place, error.Message, error.Message) { UrnError = error });
        return null;
    }

    private static Dictionary<string, string> ReadMetadata(DefinitionReading reading, JsonElement json, string path)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var place = JsonPointer.Append(path, "metadata");
        if (json.TryGetProperty("metadata", out var map) && reading.IsObject(map, place))
        {
            foreach (var entry in map.EnumerateObject())
            {
                metadata[entry.Name] = reading.Text(entry.Value, JsonPointer.Append(place, entry.Name));
            }
        }

        return metadata;
    }

    private static CapOutput? ReadOutput(DefinitionReading reading, JsonElement json, string path)
    {
        var place = JsonPointer.Append(path, "output");
        if (DefinitionReading.GetOptional(json, "output") is not { } output || !reading.IsObject(output, place))
        {
            return null;
        }

        return new CapOutput
        {
            MediaUrn = reading.RequiredText(output, place, "media_urn"),
            Description = reading.RequiredText(output, place, "output_description"),
            Metadata = DefinitionReading.GetOptional(output, "metadata"),
        };
    }

    private static RegisteredBy? ReadRegisteredBy(DefinitionReading reading, JsonElement json, string path)
    {
        var place = JsonPointer.Append(path, "registered_by");
        return DefinitionReading.GetOptional(json, "registered_by") is { } who && reading.IsObject(who, place)
            ? new RegisteredBy(reading.RequiredText(who, place, "username"), reading.RequiredText(who, place, "registered_at"))
            : null;
    }
}
