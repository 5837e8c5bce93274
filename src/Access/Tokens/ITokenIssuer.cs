namespace Capns.Access.Tokens;

/// <summary>Somebody whose tokens are believed. Thread-safe.</summary>
internal interface ITokenIssuer
{
    /// <summary>The algorithms it signs with; no other is tried.</summary>
    IReadOnlySet<string> Algorithms { get; }

    /// <summary>Must be in <c>aud</c>.</summary>
    string Audience { get; }

    /// <summary>True: <c>scope</c> holds permissions that cut what the caller has, and every token is a service account's.</summary>
    bool IsOurs { get; }

    /// <summary>Whether it may be the one a token names; the exact name is checked with the keys.</summary>
    bool MayBe(string issuer);

    /// <summary>Its exact name, and the keys of one algorithm that may have signed.</summary>
    /// <param name="algorithm">One of <see cref="Algorithms"/>.</param>
    /// <param name="keyId">Absent: the token names no key.</param>
    /// <param name="cancellationToken">Ends the fetching.</param>
    ValueTask<IssuerKeys> FindKeysAsync(string algorithm, string? keyId, CancellationToken cancellationToken);
}

/// <summary>Keys of an issuer.</summary>
/// <param name="Issuer">Its exact name; null when its keys cannot be fetched.</param>
/// <param name="Keys">Empty: none fits.</param>
internal readonly record struct IssuerKeys(string? Issuer, IReadOnlyList<VerificationKey> Keys);
