using Capns.Core.Urns;

namespace Capns.Core.Caps.Validation;

/// <summary>What a value is to its capability: an argument or the result. Chooses the words of an error.</summary>
/// <param name="Cap">The capability.</param>
/// <param name="Argument">Media URN of the argument; null for the result.</param>
internal readonly record struct ValueSubject(CapUrn Cap, string? Argument)
{
    public const string OutputField = "output";

    public string Field => Argument ?? OutputField;

    private string Place => Argument is null ? "output" : $"argument '{Argument}'";

    /// <summary>The value is not what its media type stands for.</summary>
    public CapValidationError WrongType(string mediaUrn, string value, IReadOnlyList<string> errors) =>
        Error(
            Argument is null ? CapValidationErrorKind.InvalidOutputType : CapValidationErrorKind.InvalidArgumentType,
            $"Cap '{Cap}' {Place} expects media_spec '{mediaUrn}' but validation failed for value {value}: {string.Join("; ", errors)}",
            mediaUrn,
            value) with
        {
            Errors = errors,
        };

    /// <summary>The value breaks a rule.</summary>
    public CapValidationError BrokenRule(string mediaUrn, string value, string rule) =>
        Error(
            Argument is null ? CapValidationErrorKind.OutputMediaSpecValidationFailed : CapValidationErrorKind.MediaSpecValidationFailed,
            $"Cap '{Cap}' {Place} failed media spec '{mediaUrn}' validation rule '{rule}' with value: {value}",
            mediaUrn,
            value) with
        {
            Rule = rule,
        };

    private CapValidationError Error(CapValidationErrorKind kind, string message, string mediaUrn, string value) =>
        CapValidationError.For(Cap, kind, message) with { Field = Field, MediaSpec = mediaUrn, Value = value };
}
