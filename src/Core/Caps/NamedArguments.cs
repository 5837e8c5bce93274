namespace Capns.Core.Caps;

/// <summary>What a <c>name</c> member of an argument is (CapNs spec D11).</summary>
public enum NamedArguments
{
    /// <summary>A mistake, RULE12: the media URN is the argument's identity. The default of validation.</summary>
    Refused,

    /// <summary>Ignored like any other unknown member, as the reference does.</summary>
    Ignored,
}
