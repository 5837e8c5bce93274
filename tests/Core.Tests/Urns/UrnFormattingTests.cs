using System.Text;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Urns;

/// <summary>The interfaces of .NET, alike for the three kinds of URN.</summary>
public sealed class UrnFormattingTests
{
    [Fact]
    public void TaggedUrn_Interfaces_ReadAndWriteTheCanonicalForm() => ReadAndWrite<TaggedUrn>("T:b=\"Ü \U0001F600\";a", "t:a;b=\"Ü \U0001F600\"");

    [Fact]
    public void MediaUrn_Interfaces_ReadAndWriteTheCanonicalForm() => ReadAndWrite<MediaUrn>("MEDIA:pdf;bytes;", "media:bytes;pdf");

    [Fact]
    public void CapUrn_Interfaces_ReadAndWriteTheCanonicalForm() =>
        ReadAndWrite<CapUrn>("Cap:op=\"Ü \U0001F600\";out=*;in=\"media:b;a\"", "cap:in=\"media:b;a\";op=\"Ü \U0001F600\";out");

    [Fact]
    public void TryFormat_MoreThanTheRoomOnTheStack_IsWrittenAsWell()
    {
        var urn = TaggedUrn.Parse($"t:a=\"{new string('ü', 5000)}\\\"\"");
        var bytes = new byte[20_000];

        Assert.True(urn.TryFormat(bytes, out var written));
        Assert.Equal(urn.ToString(), Encoding.UTF8.GetString(bytes.AsSpan(0, written)));
        Assert.Equal(5000 + "t:a=\"\\\"\"".Length, urn.ToString().Length);
    }

    private static void ReadAndWrite<T>(string text, string canonical)
        where T : class, ISpanParsable<T>, ISpanFormattable, IUtf8SpanFormattable, IEquatable<T>
    {
        var urn = T.Parse(text, null);
        var (room, utf8) = (new char[100], new byte[100]);

        Assert.True(urn.TryFormat(room, out var units, "X", null));
        Assert.True(urn.TryFormat(utf8, out var bytes, "X", null));
        Assert.Equal((canonical, canonical), (new string(room, 0, units), Encoding.UTF8.GetString(utf8, 0, bytes)));
        Assert.Equal((canonical, canonical), (urn.ToString("X", null), $"{urn}"));
        Assert.False(urn.TryFormat(room.AsSpan(0, units - 1), out units, default, null) || units > 0);
        Assert.False(urn.TryFormat(utf8.AsSpan(0, bytes - 1), out bytes, default, null) || bytes > 0);

        Assert.Equal(urn, T.Parse(text.AsSpan(), null));
        Assert.True(T.TryParse(canonical, null, out var again) && again.Equals(urn) && again.GetHashCode() == urn.GetHashCode());
        Assert.True(T.TryParse(canonical.AsSpan(), null, out again) && again.Equals(urn));
        Assert.False(T.TryParse(null, null, out again) || again is not null);
        Assert.False(T.TryParse("x".AsSpan(), null, out again) || again is not null);
        Assert.Throws<UrnException>(() => T.Parse("x", null));
        Assert.Throws<UrnException>(() => T.Parse("x".AsSpan(), null));
    }
}
