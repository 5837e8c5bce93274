using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Core.Json;
using Capns.Hosting.Configuration;

namespace Capns.Registry.Worker.Tools.Signing;

/// <summary>Signs catalogues that are exported and checks those that are imported (platform spec 2.2, O50; 4.3; 10.4). Immutable; thread-safe.</summary>
/// <remarks>
/// The signature is <c>ed25519:</c> and base64, over the canonical JSON (RFC 8785) of the document without its member <c>signature</c>:
/// white space and the order of members do not count.
/// </remarks>
internal sealed class CatalogueSigning
{
    /// <summary>The member of the document.</summary>
    public const string Member = "signature";

    /// <summary>Most keys of IMPORT_TRUSTED_KEYS.</summary>
    public const int MaxTrusted = 32;

    private const string SigningVariable = "EXPORT_SIGNING_KEY";
    private const string TrustedVariable = "IMPORT_TRUSTED_KEYS";
    private const string Prefix = "ed25519:";

    // What openssl writes in front of the 32 bytes (RFC 8410, PKCS #8 and SubjectPublicKeyInfo in DER).
    private static readonly byte[] PrivateHead = Convert.FromHexString("302e020100300506032b657004220420");
    private static readonly byte[] PublicHead = Convert.FromHexString("302a300506032b6570032100");

    private readonly byte[]? _signing;
    private readonly IReadOnlyList<byte[]> _trusted;

    private CatalogueSigning(byte[]? signing, IReadOnlyList<byte[]> trusted) => (_signing, _trusted) = (signing, trusted);

    /// <summary>Neither signs nor asks for signatures.</summary>
    public static CatalogueSigning Off { get; } = new(null, []);

    /// <summary>True: what is imported must be signed with a trusted key.</summary>
    public bool IsRequired => _trusted.Count > 0;

    /// <summary>Reads EXPORT_SIGNING_KEY and IMPORT_TRUSTED_KEYS; each may be left out.</summary>
    /// <exception cref="SettingException">A key cannot be used; the text never holds a key.</exception>
    public static CatalogueSigning Read(EnvironmentReader environment)
    {
        var signing = environment.Text(SigningVariable) is not { } text ? null
            : Key(text, PrivateHead) ?? throw new SettingException(
                $"{SigningVariable} cannot be used; it needs an Ed25519 key as base64, e.g. from: openssl genpkey -algorithm ed25519 -outform DER | base64 -w0, or its 32 bytes.");
        var words = environment.List(TrustedVariable);
        if (words.Count > MaxTrusted)
        {
            throw new SettingException($"{TrustedVariable} holds {words.Count} keys; at most {MaxTrusted} are read.");
        }

        return new CatalogueSigning(signing, [.. words.Select((word, index) => Key(word, PublicHead) ?? throw new SettingException(
            $"{TrustedVariable}: key {index + 1} of {words.Count} cannot be used; it needs an Ed25519 public key as base64, e.g. from: openssl pkey -pubout -outform DER | base64 -w0, or its 32 bytes."))]);
    }

    /// <summary>Adds the signature, where there is a key.</summary>
    public void Sign(JsonObject document)
    {
        if (_signing is { } key)
        {
            var content = CanonicalJson.Write(JsonSerializer.SerializeToElement(document, WireJson.Options));
            document[Member] = Prefix + Convert.ToBase64String(Ed25519.Sign(key, content));
        }
    }

    /// <summary>Why the document is not believed; null when it is, or when no signature is asked for.</summary>
    public string? Refuse(JsonElement document)
    {
        if (!IsRequired)
        {
            return null;
        }

        if (!document.TryGetProperty(Member, out var member) || member.ValueKind == JsonValueKind.Null)
        {
            return "The document must be signed: this registry takes only what is signed with one of its trusted keys.";
        }

        var signature = new byte[Ed25519.SignatureBytes];
        if (member.ValueKind != JsonValueKind.String || !member.GetString()!.StartsWith(Prefix, StringComparison.Ordinal)
            || !Convert.TryFromBase64String(member.GetString()![Prefix.Length..], signature, out var length) || length != signature.Length)
        {
            return $"signature must be \"{Prefix}\" and {Ed25519.SignatureBytes} bytes in base64; it is {Reading.Preview.Of(member)}.";
        }

        var rest = JsonSerializer.SerializeToElement(document.EnumerateObject().Where(part => part.Name != Member).GroupBy(part => part.Name).ToDictionary(group => group.Key, group => group.Last().Value));
        return !CanonicalJson.TryWrite(rest, out var content, out var error) ? $"The document has no form that could be signed: it {error}."
            : _trusted.Any(key => Ed25519.Verify(key, content, signature)) ? null
            : "The signature is not that of this document by one of the trusted keys: it was changed, or somebody else has signed it.";
    }

    private static byte[]? Key(string text, byte[] head)
    {
        try
        {
            var bytes = text.Length == 2 * Ed25519.KeyBytes && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : Convert.FromBase64String(text);
            return bytes.Length == Ed25519.KeyBytes ? bytes
                : bytes.Length == head.Length + Ed25519.KeyBytes && bytes.AsSpan().StartsWith(head) ? bytes[head.Length..]
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
