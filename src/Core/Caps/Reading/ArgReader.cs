using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Caps.Reading;

/// <summary>Reads the JSON of an argument (CapNs spec 7.1), where RULE8 and RULE12 are found.</summary>
internal static class ArgReader
{
    public static CapArg? Read(DefinitionReading reading, JsonElement json, string cap, string path)
    {
        if (!reading.IsObject(json, path))
        {
            return null;
        }

        var mediaUrn = reading.RequiredText(json, path, "media_urn");
        var required = reading.RequiredTruth(json, path, "required");
        List<ArgSource> sources = reading.TryGetRequired(json, path, "sources", out var list)
            ? reading.Items(list, JsonPointer.Append(path, "sources"), (source, place) => ReadSource(reading, source, cap, mediaUrn, place))
            : [];
        if (reading.Names == NamedArguments.Refused && json.TryGetProperty("name", out _))
        {
            var text = $"Argument '{mediaUrn}' has a name - its media_urn is its identity";
            reading.Findings.ReportArgument(cap, CapRule.NamedArgument, JsonPointer.Append(path, "name"), text);
        }

        return new CapArg
        {
            MediaUrn = mediaUrn,
            Required = required,
            Sources = sources,
            Description = reading.OptionalText(json, path, "arg_description"),
            DefaultValue = DefinitionReading.GetOptional(json, "default_value"),
            Metadata = DefinitionReading.GetOptional(json, "metadata"),
        };
    }

    private static ArgSource? ReadSource(DefinitionReading reading, JsonElement json, string cap, string mediaUrn, string path)
    {
        if (!reading.IsObject(json, path))
        {
            return null;
        }

        var members = json.EnumerateObject();
        if (!members.MoveNext())
        {
            reading.ReportStructure(
                path, $"must have '{ArgSource.Stdin.TypeName}', '{ArgSource.Position.TypeName}' or '{ArgSource.CliFlag.TypeName}'");
            return null;
        }

        var only = members.Current;
        var place = JsonPointer.Append(path, only.Name);
        ArgSource? source = only.Name switch
        {
            ArgSource.Stdin.TypeName => new ArgSource.Stdin(reading.Text(only.Value, place)),
            ArgSource.Position.TypeName => new ArgSource.Position(reading.Count(only.Value, place)),
            ArgSource.CliFlag.TypeName => new ArgSource.CliFlag(reading.Text(only.Value, place)),
            _ => null,
        };
        if (source is null || members.MoveNext())
        {
            reading.Findings.ReportArgument(cap, CapRule.UnknownSourceKeys, path, $"Argument '{mediaUrn}' has source with unknown keys");
        }

        return source;
    }
}
