namespace Capns.Core.Urns;

/// <summary>A text is no URN, or an operation on one is not possible. <see cref="Error"/> says which rule and where.</summary>
public sealed class UrnException : FormatException
{
    /// <summary>Carries an error.</summary>
    public UrnException(UrnError error)
        : base(error.Message) => Error = error;

    /// <summary>What is wrong.</summary>
    public UrnError Error { get; }
}
