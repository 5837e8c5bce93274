using System.Text;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;

namespace Capns.Registry.Worker.Access.Clients;

/// <summary>The form of a token request (RFC 6749, 2.3.1, 4.4.2).</summary>
internal sealed record TokenRequest(string GrantType, string ClientId, string ClientSecret, IReadOnlyList<string> Scopes)
{
    /// <summary>Largest form, in bytes.</summary>
    public const int MaxBytes = 16 * 1024;

    private const int MaxScopes = 100;
    private const string BasicScheme = "Basic ";

    /// <summary>The request, or what is wrong with it.</summary>
    public static async Task<(TokenRequest? Request, string? Mistake)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            return (null, "The body must be application/x-www-form-urlencoded.");
        }

        var bytes = new byte[MaxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBytes || !Utf8.IsValid(bytes.AsSpan(0, length)))
        {
            return (null, $"The body must be UTF-8 of at most {MaxBytes} bytes.");
        }

        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Encoding.UTF8.GetString(bytes, 0, length).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            if (!fields.TryAdd(Decode(parts[0]), parts.Length == 2 ? Decode(parts[1]) : ""))
            {
                return (null, "Every parameter can be given once.");
            }
        }

        return WithClient(fields, request.Headers.Authorization);
    }

    private static (TokenRequest? Request, string? Mistake) WithClient(
        Dictionary<string, string> fields, Microsoft.Extensions.Primitives.StringValues authorization)
    {
        var (id, secret) = (fields.GetValueOrDefault("client_id", ""), fields.GetValueOrDefault("client_secret", ""));
        if (authorization.Count > 0)
        {
            if (secret.Length > 0 || authorization.Count > 1 || Basic(authorization[0]!) is not var (basicId, basicSecret))
            {
                return (null, "The client must show its secret once: by header Authorization (Basic), or by client_id and client_secret.");
            }

            if (id.Length > 0 && id != basicId)
            {
                return (null, "client_id is another one than that of header Authorization.");
            }

            (id, secret) = (basicId, basicSecret);
        }

        var scopes = fields.GetValueOrDefault("scope", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return !fields.TryGetValue("grant_type", out var grant) || grant.Length == 0 ? (null, "grant_type is required: client_credentials.")
            : id.Length == 0 || secret.Length == 0 ? (null, "client_id and client_secret are required.")
            : scopes.Length > MaxScopes ? (null, $"scope can have at most {MaxScopes} words.")
            : (new TokenRequest(grant, id, secret, scopes), null);
    }

    private static (string Id, string Secret)? Basic(string header)
    {
        var bytes = new byte[MaxBytes];
        if (!header.StartsWith(BasicScheme, StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64String(header[BasicScheme.Length..], bytes, out var length) || !Utf8.IsValid(bytes.AsSpan(0, length)))
        {
            return null;
        }

        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return parts.Length == 2 ? (Decode(parts[0]), Decode(parts[1])) : null;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
