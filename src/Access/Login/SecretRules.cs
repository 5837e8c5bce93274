using System.Text;
using Capns.Hosting.Configuration;

namespace Capns.Access.Login;

/// <summary>
/// Which secrets are none: short ones, ones from manuals, ones of few letters (platform spec 8.1). The secret is never shown.
/// </summary>
internal static class SecretRules
{
    /// <summary>Shortest secret outside Development, in bytes of UTF-8.</summary>
    public const int LeastBytes = 32;

    /// <summary>Fewest different characters outside Development.</summary>
    public const int LeastDifferent = 10;

    /// <summary>Words of which defaults are made. Compared without case and punctuation.</summary>
    private static readonly string[] DefaultWords =
    [
        "changeme", "changethis", "changeinproduction", "replaceme", "replacethis", "yoursecret", "yoursupersecret",
        "yourjwt", "your256bitsecret", "supersecret", "defaultsecret", "devsecret", "developmentsecret", "testsecret",
        "examplesecret", "insecure", "notsecure", "donotuse", "jwtsecretkey", "mysecret", "secretkeyhere", "uaipdev",
        "capnsdevelopment", "password", "abcdefghijklmnop", "0123456789abcdef", "1234567890",
    ];

    /// <summary>Refuses what is no secret; in Development everything is taken.</summary>
    /// <exception cref="SettingException">It is none; names the variable and the rule.</exception>
    public static void Demand(string variable, string secret, bool isDevelopment)
    {
        if (!isDevelopment && Problem(secret) is { } problem)
        {
            throw new SettingException($"{variable} cannot be used outside Development: {problem}. A good one: openssl rand -hex 32.");
        }
    }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static string? Problem(string secret)
    {
        var bytes = Encoding.UTF8.GetByteCount(secret);
        if (bytes < LeastBytes)
        {
            return $"it must have at least {LeastBytes} bytes; it has {bytes}";
        }

        var different = secret.Distinct().Count();
        if (different < LeastDifferent)
        {
            return $"it must have at least {LeastDifferent} different characters; it has {different}";
        }

        var plain = string.Concat(secret.Where(char.IsLetterOrDigit)).ToLowerInvariant();
        return DefaultWords.Any(word => plain.Contains(word, StringComparison.Ordinal)) ? "it is a known default" : null;
    }
}
