namespace Capns.Core.Caps.Validation;

/// <summary>Why a call, its result or its definition is refused (CapNs spec 10.3).</summary>
/// <param name="Kind">For programs; never changes.</param>
/// <param name="Message">For people, in the words of the table; holds a value up to <see cref="MaxValueLength"/> characters.</param>
public sealed partial record CapValidationError(CapValidationErrorKind Kind, string Message)
{
    /// <summary>Most characters of a value that an error shows; the rest is cut off, and <c>…</c> stands for it.</summary>
    public const int MaxValueLength = 1000;

    /// <summary>The capability, in canonical form. Null where a schema alone is at fault.</summary>
    public string? CapUrn { get; init; }

    /// <summary>The argument, by its media URN or the name that was given, or <c>output</c>; null when it is neither.</summary>
    public string? Field { get; init; }

    /// <summary>The media URN that the value was held against.</summary>
    public string? MediaSpec { get; init; }

    /// <summary>The value as JSON, possibly cut off.</summary>
    public string? Value { get; init; }

    /// <summary>The rule that was broken, e.g. <c>minimum value 1</c>.</summary>
    public string? Rule { get; init; }

    /// <summary>What exactly does not fit, one sentence each. Default: nothing but the message.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>The same mistake, told as one of a capability: <see cref="CapValidationErrorKind.SchemaValidationFailed"/>.</summary>
    /// <param name="capUrn">The capability.</param>
    /// <param name="field">The argument, or <c>output</c>.</param>
    public CapValidationError AsSchemaValidationFailed(Urns.CapUrn capUrn, string field)
    {
        var errors = Errors.Count > 0 ? Errors : [Message];
        return new(
            CapValidationErrorKind.SchemaValidationFailed,
            $"Cap '{capUrn}' schema validation failed for '{field}': {string.Join("; ", errors)}")
        {
            CapUrn = capUrn.ToString(),
            Field = field,
            MediaSpec = MediaSpec,
            Value = Value,
            Errors = errors,
        };
    }
}
