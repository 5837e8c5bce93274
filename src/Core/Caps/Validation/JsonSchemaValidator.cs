using System.Text.Json;
using Capns.Core.Json;
using Capns.Core.Media;

namespace Capns.Core.Caps.Validation;

/// <summary>
/// Looks at nothing but the schemas that media specs carry: a value whose spec has none passes, profiles and rules are not
/// asked (CapNs spec 10.3). Thread-safe; compiles each schema once.
/// </summary>
/// <param name="specs">Knows what media URNs stand for. Default: the built-in ones.</param>
public sealed class JsonSchemaValidator(IMediaSpecSource? specs = null)
{
    private readonly IMediaSpecSource _specs = specs ?? BuiltinMediaSpecs.Instance;
    private readonly CompiledRules _compiled = new();

    /// <summary>How many schemas are kept compiled: each text once, 1,024 at most.</summary>
    public int CompiledSchemas => _compiled.SchemaCount;

    /// <summary>Checks positional values, as far as there are any, in the order of their positions.</summary>
    /// <returns>The first mistake; null when there is none.</returns>
    public async ValueTask<CapValidationError?> ValidateArgumentsAsync(
        Cap cap, IReadOnlyList<JsonElement> values, CancellationToken cancellationToken = default)
    {
        foreach (var (argument, value) in cap.PositionalArgs.Zip(values))
        {
            if (await ValidateArgumentAsync(cap, argument, value, cancellationToken) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>Checks one argument.</summary>
    /// <returns>The first mistake; null when there is none.</returns>
    public ValueTask<CapValidationError?> ValidateArgumentAsync(
        Cap cap, CapArg argument, JsonElement value, CancellationToken cancellationToken = default) =>
        ValidateAsync(
            cap, argument.MediaUrn, value, errors => CapValidationError.ArgumentValidation(argument.MediaUrn, errors), cancellationToken);

    /// <summary>Checks a result; passes when the definition does not say what the capability gives.</summary>
    /// <returns>The first mistake; null when there is none.</returns>
    public ValueTask<CapValidationError?> ValidateOutputAsync(Cap cap, JsonElement value, CancellationToken cancellationToken = default) =>
        cap.Output is null
            ? default
            : ValidateAsync(cap, cap.Output.MediaUrn, value, CapValidationError.OutputValidation, cancellationToken);

    private async ValueTask<CapValidationError?> ValidateAsync(
        Cap cap,
        string mediaUrn,
        JsonElement value,
        Func<IReadOnlyList<string>, CapValidationError> refuse,
        CancellationToken cancellationToken)
    {
        try
        {
            var spec = await cap.ResolveMediaUrnAsync(mediaUrn, _specs, cancellationToken);
            if (spec.Schema is not { } schema)
            {
                return null;
            }

            if (JsonTextGuard.FindProblem(value) is not null)
            {
                return CapValidationError.InvalidJson();
            }

            return _compiled.Find(schema, out var problem) is not { } usable ? CapValidationError.SchemaCompilation(problem!)
                : usable.Validate(value) is { Count: > 0 } errors ? refuse(CompiledRules.Describe(errors))
                : null;
        }
        catch (UnresolvableMediaUrnException exception)
        {
            return CapValidationError.MediaUrnNotResolved(mediaUrn, exception.Message);
        }
    }
}
