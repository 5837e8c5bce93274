using System.Security.Cryptography;
using System.Text;
using Capns.Hosting.Configuration;

namespace Capns.Hosting.Secrets;

/// <summary>The keys of DATA_ENCRYPTION_KEY: the first one seals, all of them open (platform spec 5.13, 10.4). Immutable.</summary>
/// <remarks>
/// To rotate, put the new key in front and take the old one away when nothing that it sealed is left: executions that wait, results that
/// are kept.
/// </remarks>
public sealed class SealingKeys
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Keys that may be given.</summary>
    public const int MaxKeys = 8;

    internal const string Variable = "DATA_ENCRYPTION_KEY";

    // Known to everybody who can read this: good enough where nothing is secret.
    private static readonly byte[] DevelopmentKey = SHA256.HashData("capns development key"u8);

    private readonly byte[][] _keys;

    private SealingKeys(params byte[][] keys)
    {
        _keys = keys;
        Ids = [.. keys.Select(IdOf)];
        DigestKeys = [.. keys.Select(key => (ReadOnlyMemory<byte>)HMACSHA256.HashData(key, "capns parameters hash"u8))];
    }

    /// <summary>Keys of the digests that stand for secret values in a parameters hash; the first one makes new ones.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> DigestKeys { get; }

    /// <summary>Names of the keys, as they stand in front of what they sealed.</summary>
    internal IReadOnlyList<uint> Ids { get; }

    /// <summary>The key of development; known to everybody.</summary>
    public static SealingKeys Development { get; } = new(DevelopmentKey);

    /// <summary>Reads them.</summary>
    /// <param name="environment">The variables.</param>
    /// <param name="development">True: without the variable the known key is used. False: the variable is required, and the known key is refused.</param>
    /// <exception cref="SettingException">There is none, or a key cannot be used; the text never holds a key.</exception>
    public static SealingKeys Read(EnvironmentReader environment, bool development)
    {
        ArgumentNullException.ThrowIfNull(environment);
        const string Form = "32 bytes as base64 or as 64 hexadecimal digits, e.g. from: openssl rand -base64 32";
        var words = environment.List(Variable);
        if (words.Count == 0)
        {
            return development ? Development : throw new SettingException($"{Variable} is not set; outside Development it needs {Form}.");
        }

        if (words.Count > MaxKeys)
        {
            throw new SettingException($"{Variable} holds {words.Count} keys; at most {MaxKeys} are read.");
        }

        var keys = words.Select(KeyOf).ToArray();
        for (var index = 0; index < keys.Length; index++)
        {
            // The value stays out of the text: it may be a key with a slip of the hand in it.
            if (keys[index] is not { } key)
            {
                throw new SettingException($"{Variable}: key {index + 1} of {keys.Length} cannot be used; it needs {Form}. Several keys stand with commas between them.");
            }

            if (!development && CryptographicOperations.FixedTimeEquals(key, DevelopmentKey))
            {
                throw new SettingException($"{Variable}: key {index + 1} of {keys.Length} is the known key of development; outside Development it needs {Form}.");
            }
        }

        return new SealingKeys(keys!);
    }

    /// <summary>Made at random, for tests and for a process that shares nothing.</summary>
    public static SealingKeys Random() => new(RandomNumberGenerator.GetBytes(KeyBytes));

    internal byte[] Current => _keys[0];

    internal byte[]? Find(uint id)
    {
        for (var index = 0; index < _keys.Length; index++)
        {
            if (Ids[index] == id)
            {
                return _keys[index];
            }
        }

        return null;
    }

    private static byte[]? KeyOf(string word)
    {
        try
        {
            var key = word.Length == 2 * KeyBytes && word.All(char.IsAsciiHexDigit) ? Convert.FromHexString(word)
                : Convert.FromBase64String(word);
            return key.Length == KeyBytes ? key : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static uint IdOf(byte[] key) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes("capns key id")));
}
