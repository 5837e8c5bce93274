namespace Capns.Access.Tokens;

/// <summary>Somebody who shares a secret with us and signs by HS256: <c>JWT_SECRET</c>, or we ourselves.</summary>
internal class SecretIssuer(string issuer, string audience, ReadOnlyMemory<byte> secret) : ITokenIssuer
{
    private static readonly HashSet<string> OnlyHmac = [VerificationKey.Hs256];

    private readonly HmacKey _key = new(secret);

    public IReadOnlySet<string> Algorithms => OnlyHmac;

    public string Audience => audience;

    public virtual bool IsOurs => false;

    /// <summary>Its exact name.</summary>
    protected string Issuer => issuer;

    protected HmacKey Key => _key;

    public bool MayBe(string issuer) => issuer == Issuer;

    public ValueTask<IssuerKeys> FindKeysAsync(string algorithm, string? keyId, CancellationToken cancellationToken) =>
        new(new IssuerKeys(issuer, algorithm == VerificationKey.Hs256 ? [_key] : []));
}
