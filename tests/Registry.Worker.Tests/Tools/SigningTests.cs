using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Tools.Signing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Tools;

public sealed class SigningTests
{
    // RFC 8032, 7.1: tests 1, 2, 3 and SHA(abc).
    private const string Seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    private const string Public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    [Theory]
    [InlineData(Seed, Public, "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    [InlineData(
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704")]
    public void Vectors_OfTheRfc_AreMade(string seed, string publicKey, string message, string signature)
    {
        var (key, text) = (Convert.FromHexString(seed), Convert.FromHexString(message));
        Assert.Equal(publicKey, Convert.ToHexStringLower(Ed25519.PublicKey(key)));
        Assert.Equal(signature, Convert.ToHexStringLower(Ed25519.Sign(key, text)));
        Assert.True(Ed25519.Verify(Convert.FromHexString(publicKey), text, Convert.FromHexString(signature)));
    }

    [Fact]
    public void Verify_OneBitIsOtherAnywhere_IsRefused()
    {
        var key = Convert.FromHexString(Public);
        var message = "a catalogue"u8.ToArray();
        var signature = Ed25519.Sign(Convert.FromHexString(Seed), message);
        for (var at = 0; at < signature.Length; at += 7)
        {
            var changed = signature.ToArray();
            changed[at] ^= 1;
            Assert.False(Ed25519.Verify(key, message, changed));
        }

        Assert.False(Ed25519.Verify(key, "a catalogua"u8, signature));
        Assert.False(Ed25519.Verify(Ed25519.PublicKey(new byte[32]), message, signature));
        Assert.False(Ed25519.Verify(key, message, signature.AsSpan(0, 63)));
        Assert.False(Ed25519.Verify(Enumerable.Repeat((byte)0xff, 32).ToArray(), message, signature));

        // The answer plus the group's order means the same point: RFC 8032, 5.1.7 forbids it.
        var order = System.Numerics.BigInteger.Pow(2, 252) + System.Numerics.BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
        var larger = (new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true) + order).ToByteArray(isUnsigned: true);
        Assert.False(Ed25519.Verify(key, message, [.. signature[..32], .. larger]));
    }

    [Fact]
    public void Document_SignedAndWrittenInAnotherOrder_IsBelievedAndAChangedOneNot()
    {
        var (signer, checker) = (Read(signing: Seed), Read(trusted: $"{Convert.ToBase64String(new byte[32].Select((_, at) => (byte)at).ToArray())},{Public}"));
        var document = JsonNode.Parse("""{"format":"capns-catalogue/1","tools":[{"b":1.50,"a":"ä"}]}""")!.AsObject();
        signer.Sign(document);
        var signature = (string)document["signature"]!;

        Assert.Null(checker.Refuse(JsonElement.Parse($$"""{ "signature":"{{signature}}", "tools":[{"a":"\u00e4","b":1.5}], "format":"capns-catalogue/1" }""")));
        Assert.Contains("changed", checker.Refuse(JsonElement.Parse($$"""{"signature":"{{signature}}","tools":[{"a":"a","b":1.5}],"format":"capns-catalogue/1"}""")), StringComparison.Ordinal);
        Assert.Contains("must be signed", checker.Refuse(JsonElement.Parse("""{"tools":[]}""")), StringComparison.Ordinal);
        Assert.Contains("64 bytes", checker.Refuse(JsonElement.Parse("""{"tools":[],"signature":"ed25519:AAAA"}""")), StringComparison.Ordinal);
        Assert.Contains("64 bytes", checker.Refuse(JsonElement.Parse("""{"tools":[],"signature":{}}""")), StringComparison.Ordinal);
        Assert.Null(CatalogueSigning.Off.Refuse(JsonElement.Parse("""{"tools":[],"signature":"x"}""")));
    }

    [Fact]
    public void Keys_AsOpensslWritesThem_AreRead()
    {
        var signer = Read(signing: Convert.ToBase64String([.. Convert.FromHexString("302e020100300506032b657004220420"), .. Convert.FromHexString(Seed)]));
        var document = new JsonObject { ["tools"] = new JsonArray() };
        signer.Sign(document);
        var trusted = Convert.ToBase64String([.. Convert.FromHexString("302a300506032b6570032100"), .. Convert.FromHexString(Public)]);
        Assert.Null(Read(trusted: trusted).Refuse(JsonSerializer.SerializeToElement(document)));
    }

    [Theory]
    [InlineData("EXPORT_SIGNING_KEY", "c2VjcmV0LXNlY3JldC1zZWNyZXQ=")]
    [InlineData("EXPORT_SIGNING_KEY", "not base64!")]
    [InlineData("IMPORT_TRUSTED_KEYS", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,AAAA")]
    public void Keys_Unusable_StopTheHostAndAreNotShown(string variable, string value)
    {
        var exception = Assert.Throws<SettingException>(() => CatalogueSigning.Read(new EnvironmentReader(name => name == variable ? value : null)));
        Assert.Contains(variable, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, exception.Message, StringComparison.Ordinal);
    }

    private static CatalogueSigning Read(string? signing = null, string? trusted = null) =>
        CatalogueSigning.Read(new EnvironmentReader(name => name switch { "EXPORT_SIGNING_KEY" => signing, "IMPORT_TRUSTED_KEYS" => trusted, _ => null }));
}
