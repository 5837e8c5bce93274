using System.Security.Cryptography;
using System.Text;

namespace Capns.Registry.Worker.Audit;

/// <summary>Signs by HMAC-SHA-256 what only this installation may write. Thread-safe.</summary>
/// <param name="options">The keys: the first signs, all verify.</param>
internal sealed class AuditKeys(AuditOptions options)
{
    private readonly byte[][] _keys = [.. options.SigningKeys.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Lower-case hex, 64 characters.</summary>
    /// <param name="purpose">Keeps a signature from standing for something else.</param>
    /// <param name="parts">What is signed; without line breaks.</param>
    public string Sign(string purpose, params ReadOnlySpan<string> parts) => Sign(_keys[0], Text(purpose, parts));

    /// <summary>True when one of the keys has signed this.</summary>
    public bool Verify(string? signature, string purpose, params ReadOnlySpan<string> parts)
    {
        if (signature is not { Length: 64 })
        {
            return false;
        }

        var text = Text(purpose, parts);
        return Array.Exists(_keys, key => Same(Sign(key, text), signature));
    }

    /// <summary>The secret with which a rule's webhook is signed: made from the key, so that it is stored nowhere.</summary>
    public string WebhookSecret(Guid ruleId) => WebhookSecrets(ruleId).First();

    /// <summary>The same for each key, the newest first.</summary>
    public IEnumerable<string> WebhookSecrets(Guid ruleId) => _keys.Select(key => "whsec_" + Sign(key, Text("webhook", [ruleId.ToString()])));

    private static string Text(string purpose, ReadOnlySpan<string> parts) => $"capns-audit-{purpose}\n{string.Join('\n', parts!)}";

    private static string Sign(byte[] key, string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    private static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));
}
