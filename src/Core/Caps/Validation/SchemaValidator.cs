using System.Collections.Concurrent;
using System.Text.Json;
using Capns.Core.Urns;

namespace Capns.Core.Caps.Validation;

/// <summary>
/// Validates calls by the URN of their capability: definitions are registered here or fetched from a source (CapNs spec 10.3).
/// Thread-safe; registering while others validate is fine.
/// </summary>
/// <param name="values">Looks at the values. Default: with built-in media types and embedded profiles.</param>
/// <param name="source">Asked for a definition that is not registered. Default: nobody.</param>
public sealed class SchemaValidator(CallValidator? values = null, ICapSource? source = null)
{
    private readonly CallValidator _values = values ?? new CallValidator();
    private readonly ConcurrentDictionary<CapUrn, Cap> _caps = new();

    /// <summary>Makes a definition known by its canonical URN, in place of one that has the same.</summary>
    public void RegisterCap(Cap cap) => _caps[cap.Urn] = cap;

    /// <summary>A registered definition; null when there is none. The source is not asked.</summary>
    public Cap? GetCap(CapUrn urn) => _caps.GetValueOrDefault(urn);

    /// <summary>Checks positional values.</summary>
    /// <param name="urn">Names the definition exactly; nothing is matched.</param>
    /// <param name="values">The first is for the lowest position. Values at the end may be left out if they are not required.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    /// <returns>With <see cref="CapValidationErrorKind.UnknownCap"/> when nobody knows the definition.</returns>
    /// <exception cref="Media.MediaSourceUnreachableException">The source of definitions cannot be asked.</exception>
    public ValueTask<CapValidationResult> ValidateInputsAsync(
        CapUrn urn, IReadOnlyList<JsonElement> values, CancellationToken cancellationToken = default) =>
        WithCapAsync(urn, cap => _values.ValidatePositionalAsync(cap, values, cancellationToken), cancellationToken);

    /// <summary>Checks values given by name.</summary>
    /// <param name="urn">Names the definition exactly; nothing is matched.</param>
    /// <param name="values">Names are media URNs, compared as written.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    /// <inheritdoc cref="ValidateInputsAsync" path="/returns|/exception" />
    public ValueTask<CapValidationResult> ValidateNamedInputsAsync(
        CapUrn urn, IReadOnlyList<NamedValue> values, CancellationToken cancellationToken = default) =>
        WithCapAsync(urn, cap => _values.ValidateNamedAsync(cap, values, cancellationToken), cancellationToken);

    /// <summary>Checks a result.</summary>
    /// <param name="urn">Names the definition exactly; nothing is matched.</param>
    /// <param name="value">Any JSON; bytes are a string of Base64.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    /// <inheritdoc cref="ValidateInputsAsync" path="/returns|/exception" />
    public ValueTask<CapValidationResult> ValidateOutputAsync(
        CapUrn urn, JsonElement value, CancellationToken cancellationToken = default) =>
        WithCapAsync(urn, cap => _values.ValidateOutputAsync(cap, value, cancellationToken), cancellationToken);

    /// <summary>Checks the definition itself.</summary>
    /// <param name="urn">Names the definition exactly; nothing is matched.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    /// <inheritdoc cref="ValidateInputsAsync" path="/returns|/exception" />
    public ValueTask<CapValidationResult> ValidateDefinitionAsync(CapUrn urn, CancellationToken cancellationToken = default) =>
        WithCapAsync(urn, cap => _values.ValidateDefinitionAsync(cap, cancellationToken), cancellationToken);

    private async ValueTask<CapValidationResult> WithCapAsync(
        CapUrn urn, Func<Cap, ValueTask<CapValidationResult>> validate, CancellationToken cancellationToken)
    {
        var cap = GetCap(urn) ?? (source is null ? null : await source.FindAsync(urn, cancellationToken));
        return cap is null ? new(CapValidationError.UnknownCap(urn), []) : await validate(cap);
    }
}
