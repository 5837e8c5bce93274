using System.Text.Json;

namespace Capns.Access.Tokens;

/// <summary>The claims of platform spec 8.1, of a token whose signature, issuer, audience and times are right.</summary>
internal sealed record TokenClaims
{
    /// <summary>Longest id, in characters; columns and keys hold it.</summary>
    public const int MaxId = 128;

    /// <summary>Longest <c>scope</c>, in characters.</summary>
    public const int MaxScope = 8192;

    /// <summary>Most entries of a list.</summary>
    public const int MaxEntries = 1000;

    public string? Subject { get; private init; }

    public string? UserId { get; private init; }

    /// <summary>Of <c>role</c> and <c>roles</c>.</summary>
    public IReadOnlyList<string> Roles { get; private init; } = [];

    /// <summary>Of <c>agentId</c> and <c>agents</c>; the one of <c>agentId</c> comes first.</summary>
    public IReadOnlyList<string> Agents { get; private init; } = [];

    public IReadOnlyList<string> Projects { get; private init; } = [];

    public IReadOnlyList<string> Discussions { get; private init; } = [];

    /// <summary><c>client_id</c>, else <c>azp</c>.</summary>
    public string? ClientId { get; private init; }

    /// <summary>True when the token says that a program got it for itself, without a person.</summary>
    public bool OfClient { get; private init; }

    /// <summary>Words of <c>scope</c>; absent: there is no such claim.</summary>
    public IReadOnlyList<string>? Scope { get; private init; }

    /// <summary>The API key with which a client of ours got it.</summary>
    public string? ApiKeyId { get; private init; }

    /// <summary>When the token was made. Absent: it does not say.</summary>
    public DateTimeOffset? IssuedAt { get; private init; }

    /// <summary>End of the token.</summary>
    public DateTimeOffset ExpiresAt { get; private init; }

    /// <summary>Null when a claim has a wrong type, is too long, or holds a control character.</summary>
    public static TokenClaims? Read(JsonElement claims, DateTimeOffset expiresAt)
    {
        var reader = new ClaimReader(claims);
        var agent = reader.Text("agentId");
        var read = new TokenClaims
        {
            Subject = reader.Text("sub"),
            UserId = reader.Text("userId"),
            Roles = [.. reader.Texts("role").Concat(reader.Texts("roles")).Distinct(StringComparer.Ordinal)],
            Agents = [.. (agent is null ? [] : new[] { agent }).Concat(reader.Texts("agents")).Distinct(StringComparer.Ordinal)],
            Projects = reader.Texts("projects"),
            Discussions = reader.Texts("discussions"),
            ClientId = reader.Text("client_id") ?? reader.Text("azp"),
            Scope = reader.Words("scope"),
            ApiKeyId = reader.Text("capns_key"),
            IssuedAt = reader.Time("iat"),
            ExpiresAt = expiresAt,
        };
        read = read with { OfClient = read.ClientId is not null && IsOfClient(read, reader) };
        return reader.Failed ? null : read;
    }

    /// <summary>
    /// A token that a person got through a client names the client too. So what counts is who the subject is: nobody or
    /// the client itself (RFC 9068, 2.2), or what the issuer says of the grant (Auth0, Entra ID, Keycloak).
    /// </summary>
    private static bool IsOfClient(TokenClaims claims, ClaimReader reader) =>
        claims.UserId is null
        && (claims.Subject is null || claims.Subject == claims.ClientId || claims.Subject == $"{claims.ClientId}@clients"
            || reader.Text("gty") == "client-credentials" || reader.Text("idtyp") == "app"
            || reader.Text("preferred_username") == $"service-account-{claims.ClientId}");

    private sealed class ClaimReader(JsonElement claims)
    {
        public bool Failed { get; private set; }

        public string? Text(string name) => Any(name) is not { } value ? null : Checked(value, MaxId);

        public IReadOnlyList<string> Texts(string name)
        {
            if (Any(name) is not { } value)
            {
                return [];
            }

            if (value.ValueKind != JsonValueKind.Array)
            {
                return Checked(value, MaxId) is { } one ? [one] : [];
            }

            if (value.GetArrayLength() > MaxEntries)
            {
                Failed = true;
                return [];
            }

            return [.. value.EnumerateArray().Select(item => Checked(item, MaxId)).OfType<string>()];
        }

        public string[]? Words(string name) =>
            Any(name) is { } value && Checked(value, MaxScope, least: 0) is { } text
                ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                : null;

        /// <summary>Checked before by <see cref="TokenRules"/>.</summary>
        public DateTimeOffset? Time(string name) => Any(name) is { } value ? DateTimeOffset.UnixEpoch.AddSeconds(value.GetDouble()) : null;

        private JsonElement? Any(string name) =>
            claims.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        private string? Checked(JsonElement value, int most, int least = 1)
        {
            var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : null;
            if (text is not null && text.Length >= least && text.Length <= most && !text.Any(char.IsControl))
            {
                return text;
            }

            Failed = true;
            return null;
        }
    }
}
