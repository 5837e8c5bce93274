namespace Capns.Core.Caps.Validation;

/// <summary>A call or its result does not fit its capability. <see cref="Error"/> says why.</summary>
public sealed class CapValidationException : Exception
{
    /// <summary>Carries an error.</summary>
    public CapValidationException(CapValidationError error)
        : base(error.Message) => Error = error;

    /// <summary>What is wrong.</summary>
    public CapValidationError Error { get; }
}
