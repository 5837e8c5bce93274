using System.Security.Cryptography;
using System.Text.Json;
using Capns.Core.Validation;
using Capns.Hosting.Configuration;
using Capns.Hosting.Secrets;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Capns.Hosting.Tests.Secrets;

public sealed class SealerTests
{
    private static readonly string Key = Convert.ToBase64String(Bytes(1));
    private static readonly string Other = Convert.ToHexStringLower(Bytes(2));

    [Fact]
    public void Seal_ThenOpen_GivesTheValueBackAndNothingElseDoes() => Prop.ForAll<byte[], int>((value, flipped) =>
    {
        value ??= [];
        var sealer = new Sealer(Keys(Key));
        var text = sealer.Seal(value, "place");

        Assert.Equal(Sealer.Overhead + value.Length, text.Length);
        Assert.True(sealer.TryOpen(text, "place", out var opened));
        Assert.Equal(value, opened);
        Assert.NotEqual(text, sealer.Seal(value, "place"));
        Assert.False(sealer.TryOpen(text, "place2", out _));
        Assert.False(new Sealer(Keys(Other)).TryOpen(text, "place", out _));
        Assert.False(sealer.TryOpen(text.AsSpan(0, text.Length - 1), "place", out _));
        text[(int)((uint)flipped % text.Length)] ^= 1;
        Assert.False(sealer.TryOpen(text, "place", out _));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Rotation_NewKeyInFront_OpensWhatTheOldOneSealed()
    {
        var old = new Sealer(Keys(Key)).Seal("x"u8, "p");
        var rotated = new Sealer(Keys($"{Other}, {Key}"));

        Assert.True(rotated.TryOpen(old, "p", out _));
        Assert.False(new Sealer(Keys(Key)).TryOpen(rotated.Seal("x"u8, "p"), "p", out _));
        Assert.Equal(Keys(Key).DigestKeys[0].ToArray(), Keys($"{Other},{Key}").DigestKeys[1].ToArray());
    }

    [Theory]
    [InlineData("", "is not set")]
    [InlineData("short", "key 1 of 1")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "key 1 of 1")]
    [InlineData("zz11111111111111111111111111111111111111111111111111111111111111", "key 1 of 1")]
    public void Read_OutsideDevelopment_RefusesWhatIsNoKeyWithoutShowingIt(string value, string word)
    {
        var refused = Assert.Throws<SettingException>(() => Keys(value));
        Assert.Contains(word, refused.Message, StringComparison.Ordinal);
        Assert.Contains("DATA_ENCRYPTION_KEY", refused.Message, StringComparison.Ordinal);
        Assert.True(value.Length == 0 || !refused.Message.Contains(value, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_KnownKey_IsForDevelopmentOnly()
    {
        var known = Convert.ToHexString(SHA256.HashData("capns development key"u8));

        Assert.Contains("known key", Assert.Throws<SettingException>(() => Keys($"{Key},{known}")).Message, StringComparison.Ordinal);
        Assert.Contains("at most 8", Assert.Throws<SettingException>(() => Keys(string.Join(',', Enumerable.Repeat(Key, 9)))).Message, StringComparison.Ordinal);
        var sealer = new Sealer(SealingKeys.Read(new EnvironmentReader(_ => null), development: true));
        Assert.True(sealer.TryOpen(new Sealer(SealingKeys.Development).Seal("x"u8, "p"), "p", out _));
    }

    [Fact]
    public void Parameters_SealedAndOpened_AreWhereTheyWere()
    {
        var (sealer, id) = (new Sealer(SealingKeys.Random()), Guid.CreateVersion7());
        var given = JsonElement.Parse("""{"a/b":{"~":["x",{"pin":1234}]},"open":true}""");
        string[] paths = ["/a~1b/~0/0", "/a~1b/~0/1/pin"];

        var blank = SealedParameters.Blank(given, paths);
        var stored = SealedParameters.Seal(sealer, id, given, paths)!;

        Assert.Equal($$"""{"a/b":{"~":["{{SecretFields.Redacted}}",{"pin":"{{SecretFields.Redacted}}"}]},"open":true}""", blank.GetRawText());
        Assert.Equal(given.GetRawText(), SealedParameters.Put(blank, SealedParameters.Open(sealer, id, stored)!).GetRawText());
        Assert.Null(SealedParameters.Open(sealer, Guid.CreateVersion7(), stored));
        Assert.Null(SealedParameters.Seal(sealer, id, given, []));
    }

    private static SealingKeys Keys(string value) => SealingKeys.Read(new EnvironmentReader(name => name == "DATA_ENCRYPTION_KEY" ? value : null), development: false);

    private static byte[] Bytes(byte start) => [.. Enumerable.Range(start, 32).Select(number => (byte)number)];
}
