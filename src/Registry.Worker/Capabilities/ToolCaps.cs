using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Urns;
using Capns.Messaging.Capabilities;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>Derives the definition of a capability from the schemas of the tool that provides it (docs/adr/0010). Pure.</summary>
internal static class ToolCaps
{
    /// <summary>Defines what a tool takes and gives as a provider of one capability.</summary>
    /// <param name="urn">The capability.</param>
    /// <param name="tool">What the tool's definition says.</param>
    public static Cap Define(CapUrn urn, ToolShape tool)
    {
        var args = Arguments(urn, tool.Parameters);
        var output = Output(urn, tool.ReturnType);
        return new Cap
        {
            Urn = urn,
            Title = tool.Name,
            Command = tool.Name,
            Description = tool.Description,
            Args = args,
            Output = output,
            MediaSpecs = [.. args.Select(arg => arg.MediaUrn).Append(output.MediaUrn).Distinct(StringComparer.Ordinal).Select(Spec)],
        };
    }

    /// <summary>Required ones by position, the others by flag, each in the order of the schema; the main one from standard input too.</summary>
    private static List<CapArg> Arguments(CapUrn urn, JsonElement schema)
    {
        // An argument is known by a media URN that holds its name, and no tag can hold an empty one.
        var properties = ParameterSchema.Properties(schema).Where(property => property.Name.Length > 0).ToList();
        var main = urn.Input is { IsVoid: true } ? null : properties.Find(property => property.Required) ?? (properties.Count == 1 ? properties[0] : null);
        var flags = Flags(properties.Where(property => !property.Required).Select(property => property.Name));
        var args = new List<CapArg>(properties.Count);
        var position = 0;
        foreach (var property in properties)
        {
            var media = property == main && urn.Input is not null ? urn.InSpec : property.MediaUrn;
            ArgSource own = property.Required ? new ArgSource.Position(position++) : new ArgSource.CliFlag(flags[property.Name]);
            args.Add(new CapArg
            {
                MediaUrn = media,
                Required = property.Required,
                Sources = property == main ? [new ArgSource.Stdin(media), own] : [own],
                Description = property.Description,
                DefaultValue = property.Required ? null : property.Default,
                Metadata = Metadata((ParameterMapping.ParameterMember, property.Name), (ParameterMapping.EncodingMember, property.Encoding)),
            });
        }

        return args;
    }

    private static CapOutput Output(CapUrn urn, JsonElement? returnType)
    {
        var shape = ParameterSchema.Read(returnType);
        var media = urn.Output is null ? shape.MediaUrn : urn.OutSpec;
        var (encoding, member) = urn.Output is { IsBinary: false } ? (shape.Encoding == ParameterMapping.Text ? ParameterMapping.Text : ParameterMapping.Json, null)
            : shape.Encoding == ParameterMapping.Base64 ? (ParameterMapping.Base64, null)
            : urn.Output is not null && OnlyBase64Member(returnType) is { } holder ? (ParameterMapping.Base64, holder)
            : (shape.Encoding == ParameterMapping.Text ? ParameterMapping.Text : ParameterMapping.Json, (string?)null);
        return new CapOutput
        {
            MediaUrn = media,
            Description = shape.Description ?? "The result of the tool.",
            Metadata = member is null
                ? Metadata((ParameterMapping.EncodingMember, encoding))
                : Metadata((ParameterMapping.EncodingMember, encoding), (ParameterMapping.ResultMember, member)),
        };
    }

    private static string? OnlyBase64Member(JsonElement? returnType)
    {
        var holders = returnType is { } schema
            ? ParameterSchema.Properties(schema).Where(property => property.Encoding == ParameterMapping.Base64).Take(2).ToList()
            : [];
        return holders.Count == 1 ? holders[0].Name : null;
    }

    /// <summary><c>--name</c>; what a plugin's command line keeps for itself (RULE10) and what is taken gets more in front.</summary>
    private static Dictionary<string, string> Flags(IEnumerable<string> names)
    {
        var all = names.ToList();
        var taken = all.Select(name => $"--{name}").ToHashSet(StringComparer.Ordinal);
        return all.ToDictionary(name => name, Flag, StringComparer.Ordinal);

        string Flag(string name)
        {
            var flag = $"--{name}";
            while (flag is "--help" or "--version" || (flag != $"--{name}" && !taken.Add(flag)))
            {
                flag = $"--parameter-{flag[2..]}";
            }

            return flag;
        }
    }

    private static MediaSpecDef Spec(string urn) => new() { Urn = urn, MediaType = MimeType(urn), Title = urn };

    private static string MimeType(string text)
    {
        if (!MediaUrn.TryParse(text, out var urn, out _))
        {
            return "application/octet-stream";
        }

        return urn.GetTag("png") is not null ? "image/png"
            : urn.GetTag("pdf") is not null ? "application/pdf"
            : urn.IsJson || urn.IsStructured ? "application/json"
            : urn.IsText ? "text/plain"
            : "application/octet-stream";
    }

    private static JsonElement Metadata(params (string Name, string Value)[] members) =>
        JsonSerializer.SerializeToElement(members.ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal));
}

/// <summary>What a tool's definition says that a capability needs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">For people.</param>
/// <param name="Parameters">JSON Schema of the parameters.</param>
/// <param name="ReturnType">JSON Schema of the result. Absent: anything.</param>
internal sealed record ToolShape(string Name, string? Description, JsonElement Parameters, JsonElement? ReturnType);
