using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Urns;
using Capns.Messaging.Capabilities;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>Derives the definitions of a tool's capabilities from its schemas (docs/adr/0010). Pure.</summary>
/// <remarks>A tool has up to 50 capabilities and thousands of parameters: what does not depend on the capability is made once and shared.</remarks>
internal sealed class ToolCaps
{
    private readonly ToolShape _tool;
    private readonly CapArg[] _args;
    private readonly MediaSpecDef[] _specs;
    private readonly HashSet<string> _urns;

    /// <summary>Place of the main parameter, which standard input can carry; -1: none.</summary>
    private readonly int _main;

    /// <summary>Reads the schema of the parameters.</summary>
    /// <param name="tool">What the tool's definition says.</param>
    public ToolCaps(ToolShape tool)
    {
        // An argument is known by a media URN that holds its name, and no tag can hold an empty one.
        var properties = ParameterSchema.Properties(tool.Parameters).Where(property => property.Name.Length > 0).ToList();
        _tool = tool;
        _main = properties.FindIndex(property => property.Required) is >= 0 and var first ? first : properties.Count == 1 ? 0 : -1;
        _args = [.. Arguments(properties)];
        _specs = [.. _args.Select(arg => Spec(arg.MediaUrn))];
        _urns = _args.Select(arg => arg.MediaUrn).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Defines what the tool takes and gives as a provider of one capability.</summary>
    /// <param name="urn">The capability.</param>
    public Cap Define(CapUrn urn)
    {
        var (args, specs) = WithMain(urn);
        var output = Output(urn, _tool.ReturnType);
        return new Cap
        {
            Urn = urn,
            Title = _tool.Name,
            Command = _tool.Name,
            Description = _tool.Description,
            Args = args,
            Output = output,
            MediaSpecs = [.. specs.Append(Spec(output.MediaUrn)).DistinctBy(spec => spec.Urn, StringComparer.Ordinal)],
        };
    }

    /// <summary>The main parameter takes what the capability takes, from standard input too.</summary>
    private (IReadOnlyList<CapArg> Args, IReadOnlyList<MediaSpecDef> Specs) WithMain(CapUrn urn)
    {
        if (_main < 0 || urn.Input is { IsVoid: true })
        {
            return (_args, _specs);
        }

        // The name of another parameter cannot be its own as well.
        var media = urn.Input is null || _urns.Contains(urn.InSpec) ? _args[_main].MediaUrn : urn.InSpec;
        var (args, specs) = ((CapArg[])[.. _args], (MediaSpecDef[])[.. _specs]);
        args[_main] = args[_main] with { MediaUrn = media, Sources = [new ArgSource.Stdin(media), .. args[_main].Sources] };
        specs[_main] = Spec(media);
        return (args, specs);
    }

    /// <summary>Required ones by position, the others by flag, each in the order of the schema.</summary>
    private static List<CapArg> Arguments(List<ParameterShape> properties)
    {
        var flags = Flags(properties.Where(property => !property.Required).Select(property => property.Name));
        var args = new List<CapArg>(properties.Count);
        var position = 0;
        foreach (var property in properties)
        {
            args.Add(new CapArg
            {
                MediaUrn = property.MediaUrn,
                Required = property.Required,
                Sources = [property.Required ? new ArgSource.Position(position++) : new ArgSource.CliFlag(flags[property.Name])],
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
