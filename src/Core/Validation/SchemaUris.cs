using System.Diagnostics.CodeAnalysis;

namespace Capns.Core.Validation;

/// <summary>Resolves references as RFC 3986 says, also where the base has no hierarchy (<c>urn:</c>).</summary>
internal static class SchemaUris
{
    /// <summary>Base of a document without <c>$id</c>. Its scheme is ours, so that nothing can be meant by it.</summary>
    public static readonly Uri NoIdentity = new("capns-schema://document/");

    /// <summary>Makes a reference absolute and takes its fragment off.</summary>
    /// <param name="basis">Absolute.</param>
    /// <param name="reference">Any URI reference.</param>
    /// <param name="uri">The absolute address without fragment.</param>
    /// <param name="fragment">Percent-decoded, without <c>#</c>; empty when there is none.</param>
    public static bool TryResolve(Uri basis, string reference, [NotNullWhen(true)] out Uri? uri, out string fragment)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        fragment = hash < 0 ? string.Empty : Uri.UnescapeDataString(reference[(hash + 1)..]);
        var address = hash < 0 ? reference : reference[..hash];
        if (address.Length == 0)
        {
            uri = basis;
            return true;
        }

        // The base library takes "/a" for a file on Unix: only a scheme makes a reference absolute.
        return HasScheme(address)
            ? Uri.TryCreate(address, UriKind.Absolute, out uri)
            : Uri.TryCreate(basis, address, out uri);
    }

    private static bool HasScheme(string address)
    {
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && char.IsAsciiLetter(address[0])
            && address.AsSpan(0, colon).IndexOfAnyExcept(SchemeCharacters) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> SchemeCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
}
