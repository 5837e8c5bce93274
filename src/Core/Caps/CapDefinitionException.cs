namespace Capns.Core.Caps;

/// <summary>A JSON text is no definition, or a definition breaks a rule. <see cref="Error"/> says which and where.</summary>
public sealed class CapDefinitionException : FormatException
{
    /// <summary>Carries an error.</summary>
    public CapDefinitionException(CapDefinitionError error)
        : base(error.ToString()) => Error = error;

    /// <summary>What is wrong.</summary>
    public CapDefinitionError Error { get; }
}
