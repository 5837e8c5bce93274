using System.Text.Json;
using Capns.Core.Json;
using Capns.Core.Media;

namespace Capns.Core.Caps.Validation;

/// <summary>
/// Holds what a call gives, and what it gets, against the definition of its capability (CapNs spec 10.1 and 10.2): the media
/// type, its schema or profile, its rules. Stops at the first mistake. Thread-safe; keep one, for it compiles each schema once.
/// </summary>
public sealed partial class CallValidator
{
    private readonly IMediaSpecSource _specs;
    private readonly CompiledRules _compiled = new();
    private readonly ValueCheck _check;

    /// <summary>Takes what is needed to know the media types of a definition.</summary>
    /// <param name="specs">Knows what media URNs stand for. Default: the built-in ones.</param>
    /// <param name="profiles">Knows the schemas of profiles. Default: the embedded ones.</param>
    /// <param name="missingProfileSchema">What happens when it does not. Default: the value is accepted with a warning.</param>
    public CallValidator(
        IMediaSpecSource? specs = null,
        IProfileSchemaSource? profiles = null,
        MissingProfileSchema missingProfileSchema = MissingProfileSchema.Warn)
    {
        _specs = specs ?? BuiltinMediaSpecs.Instance;
        _check = new ValueCheck(profiles ?? EmbeddedProfileSchemas.Instance, missingProfileSchema, _compiled);
    }

    /// <summary>How many schemas are kept compiled: each text once, 1,024 at most.</summary>
    public int CompiledSchemas => _compiled.SchemaCount;

    /// <summary>Checks one value for one argument.</summary>
    /// <param name="cap">The definition.</param>
    /// <param name="argument">One of its arguments.</param>
    /// <param name="value">Any JSON; bytes are a string of Base64.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    public async ValueTask<CapValidationResult> ValidateArgumentAsync(
        Cap cap, CapArg argument, JsonElement value, CancellationToken cancellationToken = default)
    {
        var warnings = new List<string>();
        var subject = new ValueSubject(cap.Urn, argument.MediaUrn);
        return new(await CheckAsync(cap, subject, argument.MediaUrn, value, warnings, cancellationToken), warnings);
    }

    /// <summary>Checks values in the order of their positions; an argument without a position source is not looked at.</summary>
    /// <param name="cap">The definition.</param>
    /// <param name="values">The first is for the lowest position. Values at the end may be left out if they are not required.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    public async ValueTask<CapValidationResult> ValidatePositionalAsync(
        Cap cap, IReadOnlyList<JsonElement> values, CancellationToken cancellationToken = default)
    {
        var warnings = new List<string>();
        var arguments = cap.PositionalArgs.ToList();
        if (values.Count > arguments.Count)
        {
            return new(CapValidationError.TooManyArguments(cap.Urn, arguments.Count, values.Count), warnings);
        }

        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i].MediaUrn;
            var error = i < values.Count
                ? await CheckAsync(cap, new ValueSubject(cap.Urn, name), name, values[i], warnings, cancellationToken)
                : arguments[i].Required ? CapValidationError.MissingRequiredArgument(cap.Urn, name) : null;
            if (error is not null)
            {
                return new(error, warnings);
            }
        }

        return new(null, warnings);
    }

    /// <summary>
    /// Checks values by name: first that every required argument with a flag is there, then each value in the order given.
    /// </summary>
    /// <param name="cap">The definition.</param>
    /// <param name="values">Names are media URNs, compared as written.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    public async ValueTask<CapValidationResult> ValidateNamedAsync(
        Cap cap, IReadOnlyList<NamedValue> values, CancellationToken cancellationToken = default)
    {
        var warnings = new List<string>();
        var given = values.Select(value => value.Name).ToHashSet(StringComparer.Ordinal);
        var missing = cap.Args.FirstOrDefault(argument =>
            argument is { Required: true, CliFlag: not null } && !given.Contains(argument.MediaUrn));
        if (missing is not null)
        {
            return new(CapValidationError.MissingRequiredArgument(cap.Urn, missing.MediaUrn, " (expected as named argument)"), warnings);
        }

        foreach (var (name, value) in values)
        {
            var error = cap.FindArg(name) is not null
                ? await CheckAsync(cap, new ValueSubject(cap.Urn, name), name, value, warnings, cancellationToken)
                : CapValidationError.UnknownArgument(cap.Urn, name);
            if (error is not null)
            {
                return new(error, warnings);
            }
        }

        return new(null, warnings);
    }

    /// <summary>The same for a list as it travels: <c>[{"name": …, "value": …}, …]</c>.</summary>
    /// <inheritdoc cref="ValidateNamedAsync(Cap, IReadOnlyList{NamedValue}, CancellationToken)" />
    public async ValueTask<CapValidationResult> ValidateNamedAsync(
        Cap cap, JsonElement values, CancellationToken cancellationToken = default) =>
        NamedValue.TryReadList(values, out var read, out var problem)
            ? await ValidateNamedAsync(cap, read, cancellationToken)
            : new(CapValidationError.JsonParseError(cap.Urn, problem), []);

    private async ValueTask<CapValidationError?> CheckAsync(
        Cap cap, ValueSubject subject, string mediaUrn, JsonElement value, List<string> warnings, CancellationToken cancellationToken)
    {
        ResolvedMediaSpec spec;
        try
        {
            spec = await cap.ResolveMediaUrnAsync(mediaUrn, _specs, cancellationToken);
        }
        catch (UnresolvableMediaUrnException exception)
        {
            return CapValidationError.InvalidMediaSpec(cap.Urn, subject.Field, mediaUrn, exception.Message);
        }

        return JsonTextGuard.FindProblem(value) is { } problem
            ? subject.WrongType(mediaUrn, "(unreadable)", [$"Invalid JSON value for validation: it {problem}"])
            : await _check.FindMistakeAsync(subject, spec, value, warnings, cancellationToken);
    }
}
