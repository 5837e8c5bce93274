namespace Capns.Core.Caps.Validation;

/// <summary>What came of a validation: the first mistake, if there is one, and what could not be checked.</summary>
/// <param name="Error">Null when everything fits.</param>
/// <param name="Warnings">For people; what was accepted unchecked. Usually empty.</param>
public sealed record CapValidationResult(CapValidationError? Error, IReadOnlyList<string> Warnings)
{
    /// <summary>True when nothing is wrong, though there may be warnings.</summary>
    public bool IsValid => Error is null;

    /// <summary>Goes on only when nothing is wrong.</summary>
    /// <exception cref="CapValidationException">Something is.</exception>
    public void ThrowIfInvalid()
    {
        if (Error is not null)
        {
            throw new CapValidationException(Error);
        }
    }
}
