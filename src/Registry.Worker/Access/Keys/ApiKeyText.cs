using System.Security.Cryptography;
using System.Text;

namespace Capns.Registry.Worker.Access.Keys;

/// <summary>An API key as its owner has it: <c>capns_&lt;id&gt;_&lt;secret&gt;</c> (platform spec 8.1).</summary>
/// <param name="Id">Names the row; no secret.</param>
/// <param name="Secret">256 bits that nobody else knows; stored nowhere.</param>
internal readonly record struct ApiKeyText(string Id, string Secret)
{
    /// <summary>First part of every key.</summary>
    public const string Prefix = "capns";

    /// <summary>Shortest secret, in characters: 160 bits in these letters. Ours have 52.</summary>
    public const int LeastSecret = 32;

    private const int MostSecret = 128;
    private const int LeastId = 4;
    private const int MostId = 32;
    private const int IdLength = 16;
    private const int SecretLength = 52;
    private const string Letters = "abcdefghijkmnopqrstuvwxyz0123456";

    /// <summary>A new one.</summary>
    public static ApiKeyText Create() => new(Random(IdLength), Random(SecretLength));

    /// <summary>Reads one; letters and digits only, of bounded length.</summary>
    public static bool TryRead(string text, out ApiKeyText key)
    {
        key = default;
        var parts = text.Length <= Prefix.Length + MostId + MostSecret + 2 ? text.Split('_', 4) : [];
        if (parts.Length != 3 || parts[0] != Prefix || !IsWord(parts[1], LeastId, MostId) || !IsWord(parts[2], LeastSecret, MostSecret))
        {
            return false;
        }

        key = new ApiKeyText(parts[1], parts[2]);
        return true;
    }

    /// <summary>SHA-256 of the whole key. A fast hash will do: a secret of so many bits cannot be guessed.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.ASCII.GetBytes(ToString()));

    public override string ToString() => $"{Prefix}_{Id}_{Secret}";

    private static string Random(int length) => RandomNumberGenerator.GetString(Letters, length);

    private static bool IsWord(string text, int least, int most) =>
        text.Length >= least && text.Length <= most && text.All(char.IsAsciiLetterOrDigit);
}
