using System.Text.Json;

namespace Capns.Access.Tokens;

/// <summary>Tells a genuine token from any other (RFC 7515, 7519, 8725; platform spec 8.1). Thread-safe.</summary>
internal sealed class TokenReader(IEnumerable<ITokenIssuer> issuers, TimeProvider time)
{
    private readonly ITokenIssuer[] _issuers = [.. issuers];

    /// <summary>Never throws for what a caller sent.</summary>
    public async ValueTask<TokenReading> ReadAsync(string text, CancellationToken cancellationToken)
    {
        if (SignedToken.TryRead(text, out var token) is var problem and not TokenProblem.None)
        {
            return new TokenReading(problem);
        }

        // The name is the token's own word until its signature is checked with that issuer's keys, and with no others.
        if (token!.Claims.TryGetProperty("iss", out var named) is false || named.ValueKind != JsonValueKind.String)
        {
            return new TokenReading(TokenProblem.Issuer);
        }

        var candidates = _issuers.Where(issuer => issuer.MayBe(named.GetString()!)).ToList();
        if (candidates.Count == 0)
        {
            return new TokenReading(TokenProblem.Issuer);
        }

        return candidates.Find(issuer => issuer.Algorithms.Contains(token.Algorithm)) is { } known
            ? await CheckAsync(token, known, cancellationToken)
            : new TokenReading(TokenProblem.Algorithm);
    }

    private async ValueTask<TokenReading> CheckAsync(SignedToken token, ITokenIssuer issuer, CancellationToken cancellationToken)
    {
        var (name, keys) = await issuer.FindKeysAsync(token.Algorithm, token.KeyId, cancellationToken);
        if (name is null)
        {
            return new TokenReading(TokenProblem.Unavailable);
        }

        var fitting = keys.Where(key => key.Algorithm == token.Algorithm).ToList();
        if (fitting.Count == 0)
        {
            return new TokenReading(TokenProblem.Key);
        }

        if (!fitting.Exists(key => key.Verifies(token.Input, token.Signature)))
        {
            return new TokenReading(TokenProblem.Signature);
        }

        var problem = TokenRules.Check(token.Claims, name, issuer.Audience, time.GetUtcNow(), out var expiresAt);
        return problem != TokenProblem.None ? new TokenReading(problem)
            : TokenClaims.Read(token.Claims, expiresAt) is { } claims ? new TokenReading(TokenProblem.None, claims, issuer.IsOurs)
            : new TokenReading(TokenProblem.Claims);
    }
}

/// <summary>Claims that may be believed, or what was wrong.</summary>
/// <param name="Problem"><see cref="TokenProblem.None"/>: nothing.</param>
/// <param name="Claims">Present when nothing was wrong.</param>
/// <param name="IsOurs">See <see cref="ITokenIssuer.IsOurs"/>.</param>
internal readonly record struct TokenReading(TokenProblem Problem, TokenClaims? Claims = null, bool IsOurs = false);
