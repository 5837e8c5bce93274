using System.Text.RegularExpressions;

namespace Capns.Core.Validation;

/// <summary>What credentials look like in text: private keys, cloud keys, bearer tokens, JWTs (platform spec 5.2, 5.13).</summary>
/// <remarks>All patterns run in time linear to the text. Thread-safe.</remarks>
public static class CredentialPatterns
{
    private static readonly (string Kind, Regex Pattern)[] Known =
    [
        ("a private key", Linear(@"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[^-]*-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----)?")),
        ("an AWS access key", Linear(@"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b")),
        ("a Google API key", Linear(@"\bAIza[0-9A-Za-z_\-]{35}")),
        ("an Azure storage key", Linear(@"AccountKey=[A-Za-z0-9+/]{86}==")),
        ("a GitHub token", Linear(@"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})")),
        ("a Slack token", Linear(@"\bxox[abeprs]-[A-Za-z0-9\-]{10,}")),
        ("a Stripe key", Linear(@"\b[rs]k_live_[A-Za-z0-9]{16,}")),
        ("a JWT", Linear(@"\beyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{4,}\.[A-Za-z0-9_\-]*")),
        ("a bearer token", Linear(@"\b[Bb][Ee][Aa][Rr][Ee][Rr][ \t]+[A-Za-z0-9._~+/\-]{20,}=*")),
    ];

    /// <summary>What kind of credential a text holds, with its article ("a JWT"); null when it holds none.</summary>
    public static string? Find(string text)
    {
        foreach (var (kind, pattern) in Known)
        {
            if (pattern.IsMatch(text))
            {
                return kind;
            }
        }

        return null;
    }

    /// <summary>The text with <see cref="SecretFields.Redacted"/> in the place of every credential.</summary>
    public static string Redact(string text)
    {
        foreach (var (_, pattern) in Known)
        {
            text = pattern.Replace(text, SecretFields.Redacted);
        }

        return text;
    }

    private static Regex Linear(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
