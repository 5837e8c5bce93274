namespace Capns.Core.Caps;

/// <summary>How the bytes of a response are to be read.</summary>
public enum ResponseKind
{
    /// <summary><c>application/json</c>.</summary>
    Json,

    /// <summary><c>text/plain</c>, in UTF-8.</summary>
    Text,

    /// <summary><c>application/octet-stream</c>.</summary>
    Binary,
}
