using System.Runtime.CompilerServices;
using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>Holds the arguments of a call against a definition, in either form.</summary>
internal sealed class CallArguments(CapUrn request, Cap definition, IMediaSpecSource specs, CallValidator validator)
{
    /// <summary>
    /// A validator compiles every schema once, so that callers with the same source share one, as long as the source lives.
    /// </summary>
    private static readonly ConditionalWeakTable<IMediaSpecSource, CallValidator> Validators = [];

    public static CallValidator ValidatorFor(IMediaSpecSource specs) =>
        Validators.GetValue(specs, static source => new CallValidator(source));

    /// <summary>
    /// What is asked of a list of arguments (CapNs spec 11.5): the required ones, and no others than those of the definition.
    /// </summary>
    /// <exception cref="CapValidationException">The first that is missing or unknown.</exception>
    public void Check(IReadOnlyList<CapArgumentValue> arguments)
    {
        var given = arguments.Select(argument => argument.MediaUrn).ToHashSet(StringComparer.Ordinal);
        if (definition.Args.FirstOrDefault(arg => arg.Required && !given.Contains(arg.MediaUrn)) is { } missing)
        {
            throw Fail(CapValidationErrorKind.MissingRequiredArgument, missing.MediaUrn, $"Missing required argument: {missing.MediaUrn}");
        }

        var known = definition.Args.Select(arg => arg.MediaUrn).ToHashSet(StringComparer.Ordinal);
        if (arguments.FirstOrDefault(argument => !known.Contains(argument.MediaUrn)).MediaUrn is { } unknown)
        {
            throw Fail(
                CapValidationErrorKind.UnknownArgument,
                unknown,
                $"Unknown argument media_urn: {unknown} (cap {request} accepts: "
                    + $"{string.Join(", ", definition.Args.Select(arg => arg.MediaUrn))})");
        }
    }

    /// <summary>
    /// What is asked of a classic call (CapNs spec 10.2): no more positional values than places, no unknown names, the required
    /// arguments (from whichever of their sources), values of the right type.
    /// </summary>
    /// <returns>What was accepted unchecked.</returns>
    /// <exception cref="CapValidationException">The first mistake.</exception>
    public async Task<IReadOnlyList<string>> CheckAsync(CapCall call, CancellationToken cancellationToken)
    {
        var given = GivenArguments.Of(call, definition);
        var names = given.Select(one => one.Arg.MediaUrn).ToHashSet(StringComparer.Ordinal);
        if (definition.Args.FirstOrDefault(arg => arg.Required && !names.Contains(arg.MediaUrn)) is { } missing)
        {
            var isNamed = missing.Sources.Any(source => source is ArgSource.CliFlag);
            throw new CapValidationException(CapValidationError.MissingRequiredArgument(
                definition.Urn, missing.MediaUrn, isNamed ? " (expected as named argument)" : ""));
        }

        var warnings = new List<string>();
        foreach (var (arg, bytes, isStdin) in given)
        {
            if (bytes is { } value)
            {
                warnings.AddRange(await CheckAsync(arg, new CapArgumentValue(arg.MediaUrn, value), isStdin, cancellationToken));
            }
        }

        return warnings;
    }

    private async Task<IReadOnlyList<string>> CheckAsync(
        CapArg arg, CapArgumentValue value, bool isStdin, CancellationToken cancellationToken)
    {
        var spec = await ResolveAsync(arg, cancellationToken);
        CapValidationResult? result = null;
        foreach (var json in Readings(arg, spec, value, isStdin))
        {
            result = await validator.ValidateArgumentAsync(definition, arg, json, cancellationToken);
            if (result.IsValid)
            {
                break;
            }
        }

        result?.ThrowIfInvalid();
        return result?.Warnings ?? [];
    }

    /// <summary>
    /// What a value can stand for as JSON; one has to be valid, the mistake of the last counts. Bytes are a string of Base64. Text
    /// is a string, or a number, a list and so on: its media type says which, or where that leaves it open, whichever is valid.
    /// </summary>
    private IEnumerable<JsonElement> Readings(CapArg arg, ResolvedMediaSpec spec, CapArgumentValue value, bool isStdin)
    {
        if (spec.IsBinary && isStdin)
        {
            return [JsonSerializer.SerializeToElement(Convert.ToBase64String(value.Value.Span))];
        }

        var text = value.AsText() ?? throw new CapValidationException(
            new ValueSubject(definition.Urn, arg.MediaUrn).WrongType(arg.MediaUrn, $"({value.Value.Length} bytes)", ["not UTF-8"]));
        var (asString, asData) = (JsonSerializer.SerializeToElement(text), ParseJson(text));
        var isData = spec.IsNumeric || spec.IsBool || spec.IsStructured || spec.IsJson
            || spec.Validation is { Min: not null } or { Max: not null };
        return asData is not { } data ? [asString] : isData ? [data] : [asString, data];
    }

    private async Task<ResolvedMediaSpec> ResolveAsync(CapArg arg, CancellationToken cancellationToken)
    {
        try
        {
            return await MediaSpecResolution.ResolveAsync(arg.MediaUrn, definition.MediaSpecs, specs, cancellationToken);
        }
        catch (UnresolvableMediaUrnException exception)
        {
            throw new CapValidationException(
                CapValidationError.InvalidMediaSpec(definition.Urn, arg.MediaUrn, arg.MediaUrn, exception.Message));
        }
    }

    private static JsonElement? ParseJson(string? text)
    {
        try
        {
            return text is null ? null : JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            // Then it is a string.
            return null;
        }
    }

    private CapValidationException Fail(CapValidationErrorKind kind, string argument, string message) =>
        new(CapValidationError.For(definition.Urn, kind, message) with { Field = argument });
}
