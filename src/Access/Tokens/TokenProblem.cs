namespace Capns.Access.Tokens;

/// <summary>Why a token is not accepted; for logs and tests. Callers hear no more than <see cref="TokenProblems.Sentence"/>.</summary>
internal enum TokenProblem
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>No compact JWS with a header and claims of JSON, or larger than <see cref="SignedToken.MaxLength"/>.</summary>
    Malformed,

    /// <summary>
    /// The header demands something that is not understood: <c>crit</c>, <c>b64</c>, another <c>typ</c>, <c>cty</c>, <c>zip</c>,
    /// <c>enc</c>.
    /// </summary>
    Header,

    /// <summary>An algorithm that its issuer does not use; <c>none</c> for one.</summary>
    Algorithm,

    /// <summary>Somebody else's token, or a kind of login that is switched off.</summary>
    Issuer,

    /// <summary>No key of the issuer fits.</summary>
    Key,

    /// <summary>The issuer's keys cannot be fetched now.</summary>
    Unavailable,

    /// <summary>Altered, or signed by somebody else.</summary>
    Signature,

    /// <summary>Meant for somebody else.</summary>
    Audience,

    /// <summary>Over.</summary>
    Expired,

    /// <summary>Not valid yet, or made in the future.</summary>
    NotYet,

    /// <summary>A claim is missing or cannot be used.</summary>
    Claims,

    /// <summary>Of a client that is no service account here.</summary>
    Client,
}

/// <summary>What callers hear.</summary>
internal static class TokenProblems
{
    /// <summary>The same for everything an attacker could try; only the end of a genuine token is told.</summary>
    public static string Sentence(this TokenProblem problem) => problem switch
    {
        TokenProblem.Expired => "The token has expired.",
        TokenProblem.Unavailable => "The keys of the token's issuer cannot be fetched now. Try again in a few seconds.",
        _ => "The login is not valid.",
    };
}
