namespace Capns.Core.Caps.Validation;

/// <content>The texts of CapNs spec 10.3, each in one place.</content>
public sealed partial record CapValidationError
{
    internal static CapValidationError UnknownCap(Urns.CapUrn cap) =>
        For(cap, CapValidationErrorKind.UnknownCap, $"Unknown cap '{cap}' - cap not registered or advertised");

    internal static CapValidationError MissingRequiredArgument(Urns.CapUrn cap, string argument, string note = "") =>
        For(
            cap,
            CapValidationErrorKind.MissingRequiredArgument,
            $"Cap '{cap}' requires argument '{argument}{note}' but it was not provided") with
        {
            Field = argument,
        };

    internal static CapValidationError UnknownArgument(Urns.CapUrn cap, string argument) =>
        For(
            cap,
            CapValidationErrorKind.UnknownArgument,
            $"Cap '{cap}' does not accept argument '{argument}' - check capability definition for valid arguments") with
        {
            Field = argument,
        };

    internal static CapValidationError TooManyArguments(Urns.CapUrn cap, int most, int given) =>
        For(cap, CapValidationErrorKind.TooManyArguments, $"Cap '{cap}' expects at most {most} arguments but received {given}");

    internal static CapValidationError InvalidCapSchema(Urns.CapUrn cap, string issue) =>
        For(cap, CapValidationErrorKind.InvalidCapSchema, $"Cap '{cap}' has invalid schema: {issue}");

    internal static CapValidationError JsonParseError(Urns.CapUrn cap, string problem) =>
        For(cap, CapValidationErrorKind.JsonParseError, $"Cap '{cap}' JSON parsing failed: {problem}");

    internal static CapValidationError InvalidMediaSpec(Urns.CapUrn cap, string field, string mediaUrn, string problem) =>
        For(cap, CapValidationErrorKind.InvalidMediaSpec, $"Cap '{cap}' has invalid media_spec for '{field}': {problem}") with
        {
            Field = field,
            MediaSpec = mediaUrn,
        };

    internal static CapValidationError SchemaCompilation(string problem) =>
        new(CapValidationErrorKind.SchemaCompilation, $"Schema compilation failed: {problem}") { Errors = [problem] };

    internal static CapValidationError ArgumentValidation(string argument, IReadOnlyList<string> errors) =>
        new(CapValidationErrorKind.ArgumentValidation, $"Validation failed for argument '{argument}': {string.Join("; ", errors)}")
        {
            Field = argument,
            Errors = errors,
        };

    internal static CapValidationError OutputValidation(IReadOnlyList<string> errors) =>
        new(CapValidationErrorKind.OutputValidation, $"Validation failed for output: {string.Join("; ", errors)}")
        {
            Field = ValueSubject.OutputField,
            Errors = errors,
        };

    internal static CapValidationError MediaUrnNotResolved(string mediaUrn, string problem) =>
        new(CapValidationErrorKind.MediaUrnNotResolved, $"Media URN '{mediaUrn}' could not be resolved: {problem}")
        {
            MediaSpec = mediaUrn,
        };

    internal static CapValidationError InvalidJson() =>
        new(CapValidationErrorKind.InvalidJson, "Invalid JSON value for validation");

    internal static CapValidationError For(Urns.CapUrn cap, CapValidationErrorKind kind, string message) =>
        new(kind, message) { CapUrn = cap.ToString() };
}
