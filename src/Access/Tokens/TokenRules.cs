using System.Text.Json;

namespace Capns.Access.Tokens;

/// <summary>What must be true of claims before they are believed (RFC 7519, 4.1; platform spec 8.1). Pure.</summary>
internal static class TokenRules
{
    /// <summary>How far clocks may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    /// <summary>Seconds since 1970 up to the year 9999.</summary>
    private const double LatestTime = 253_402_300_799;

    /// <summary>Issuer, audience and times; <c>exp</c> is required, <c>nbf</c> and <c>iat</c> count when they are there.</summary>
    /// <param name="claims">Of a token whose signature is right.</param>
    /// <param name="issuer">Compared letter by letter.</param>
    /// <param name="audience">Must be <c>aud</c> or one of it.</param>
    /// <param name="now">By our clock.</param>
    /// <param name="expiresAt">What <c>exp</c> says.</param>
    public static TokenProblem Check(JsonElement claims, string issuer, string audience, DateTimeOffset now, out DateTimeOffset expiresAt)
    {
        expiresAt = default;
        if (!IsText(claims, "iss", issuer))
        {
            return TokenProblem.Issuer;
        }

        if (!IsFor(claims, audience))
        {
            return TokenProblem.Audience;
        }

        if (!Time(claims, "exp", out var end) || !Time(claims, "nbf", out var start) || !Time(claims, "iat", out var made) || end is null)
        {
            return TokenProblem.Claims;
        }

        expiresAt = end.Value;
        return now - Skew >= end ? TokenProblem.Expired
            : start > now + Skew || made > now + Skew ? TokenProblem.NotYet
            : TokenProblem.None;
    }

    private static bool IsFor(JsonElement claims, string audience) =>
        claims.TryGetProperty("aud", out var value)
        && (value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.GetString() == audience)
            : value.ValueKind == JsonValueKind.String && value.GetString() == audience);

    private static bool IsText(JsonElement claims, string name, string expected) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() == expected;

    /// <summary>False when it is there and no time.</summary>
    private static bool Time(JsonElement claims, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!claims.TryGetProperty(name, out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is not (>= 0 and <= LatestTime))
        {
            return false;
        }

        time = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return true;
    }
}
