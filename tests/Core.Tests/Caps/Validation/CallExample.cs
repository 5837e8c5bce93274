using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Caps.Validation;

/// <summary>A valid capability; a test changes what it is about.</summary>
internal static class CallExample
{
    public const string Urn = "cap:in=media:void;op=example;out=media:void";

    /// <summary>A media type of the capability's own, which has just the schema and rules of a test.</summary>
    public const string Own = "media:own;textable";

    public static Cap Cap(params CapArg[] args) => new()
    {
        Urn = CapUrn.Parse(Urn),
        Title = "Example",
        Command = "example",
        Args = args,
    };

    public static CapArg Positional(int index, string mediaUrn, bool required = true) => new()
    {
        MediaUrn = mediaUrn,
        Required = required,
        Sources = [new ArgSource.Position(index)],
    };

    public static CapArg Flag(string mediaUrn, bool required = true) => new()
    {
        MediaUrn = mediaUrn,
        Required = required,
        Sources = [new ArgSource.CliFlag("--x")],
    };

    public static Cap CapOf(MediaSpecDef spec) => Cap(Positional(0, spec.Urn)) with
    {
        MediaSpecs = [spec],
        Output = new CapOutput { MediaUrn = spec.Urn, Description = "d" },
    };

    public static MediaSpecDef Spec(string? schema = null, MediaValidation? rules = null, string urn = Own, string? profile = null) => new()
    {
        Urn = urn,
        MediaType = "text/plain",
        Title = "own",
        Schema = schema is null ? null : JsonElement.Parse(schema),
        ProfileUri = profile,
        Validation = rules,
    };

    public static JsonElement Value(string text) => JsonElement.Parse(text);

    /// <summary>What comes of giving a value for the one argument of <see cref="CapOf"/>.</summary>
    public static async Task<CapValidationResult> ArgumentAsync(MediaSpecDef spec, string value, CallValidator? validator = null)
    {
        var cap = CapOf(spec);
        return await (validator ?? new CallValidator()).ValidateArgumentAsync(cap, cap.Args[0], Value(value));
    }

    /// <summary>The same for its output.</summary>
    public static async Task<CapValidationResult> OutputAsync(MediaSpecDef spec, string value, CallValidator? validator = null) =>
        await (validator ?? new CallValidator()).ValidateOutputAsync(CapOf(spec), Value(value));
}
