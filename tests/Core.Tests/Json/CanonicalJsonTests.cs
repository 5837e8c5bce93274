using System.Text;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Tests.Json;

public sealed class CanonicalJsonTests
{
    [Fact]
    public void Write_ExampleOfTheRfc_GivesItsBytes()
    {
        // RFC 8785, 3.2.2 to 3.2.4.
        const string Input = """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """;

        Assert.Equal(
            """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""",
            Canonical(Input));
    }

    [Fact]
    public void Write_PropertiesOfTheRfc_AreSortedByUtf16CodeUnits()
    {
        // RFC 8785, 3.2.3.
        const string Input = """
            {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
             "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}
            """;

        using var sorted = JsonDocument.Parse(Canonical(Input));

        Assert.Equal(
            ["Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh"],
            sorted.RootElement.EnumerateObject().Select(property => property.Value.GetString()));
    }

    [Theory] // RFC 8785, appendix B.
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void ToText_NumberOfTheRfc_IsWrittenAsEcmaScriptDoes(ulong bits, string text) =>
        Assert.Equal(text, EcmaScriptNumber.ToText(BitConverter.UInt64BitsToDouble(bits)));

    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("[ ]", "[]")]
    [InlineData("-0.0", "0")]
    [InlineData("[{\"b\": [], \"a\": {}}]", "[{\"a\":{},\"b\":[]}]")]
    [InlineData("\"\\b\\f\\t\\u007f\"", "\"\\b\\f\\t\u007f\"")]
    public void Write_SmallValues_AreCanonical(string input, string output) => Assert.Equal(output, Canonical(input));

    [Theory]
    [InlineData("{\"a\": 1, \"a\": 1}", "twice")]
    [InlineData("1e400", "range of a double")]
    [InlineData("\"\\ud800\"", "surrogate")]
    public void TryWrite_ValueWithoutCanonicalForm_SaysWhy(string input, string reason)
    {
        using var document = JsonDocument.Parse(input);

        Assert.False(CanonicalJson.TryWrite(document.RootElement, out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => CanonicalJson.Write(document.RootElement));
    }

    [Fact]
    public void Digest_OfTheEmptyObject_IsItsSha256()
    {
        using var document = JsonDocument.Parse(" { } ");

        Assert.Equal("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", CanonicalJson.Digest(document.RootElement));
    }

    private static string Canonical(string text)
    {
        using var document = JsonDocument.Parse(text);
        return Encoding.UTF8.GetString(CanonicalJson.Write(document.RootElement));
    }
}
