using System.Text;
using Capns.Core.Media;
using Capns.Core.Urns;
using FsCheck;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Urns;

/// <summary>Random URNs: of few words, so that they meet often; and of any characters.</summary>
public static class RandomUrns
{
    private static readonly Gen<string> FewValues = Gen.Elements("*", "?", "!", "x", "y", "X y");

    private static readonly Gen<MediaUrn> FewMedia =
        TagsOf("media", Gen.Elements("bytes", "pdf", "lang", "form"), FewValues, 4).Select(MediaUrn.From);

    private static readonly Gen<string> FewDirections = Gen.Frequency((1, Gen.Constant("*")), (5, FewMedia.Select(urn => urn.ToString())));

    /// <summary>Capabilities with up to four other tags, all of them of the same few words.</summary>
    public static readonly Gen<CapUrn> FewCap =
        from tags in TagsOf("cap", Gen.Elements("op", "ext", "a", "b"), FewValues, 4)
        from input in FewDirections
        from output in FewDirections
        select CapUrn.From(tags.WithTag("in", input).WithTag("out", output));

    /// <summary>Any Unicode scalar value, the interesting ones more often.</summary>
    public static readonly Gen<Rune> AnyRune = Gen.Frequency(
        (4, Gen.Choose(0x20, 0x7E)),
        (2, Gen.Elements<int>('"', '\\', ';', '=', '*', '?', '!', ':')),
        (1, Gen.Choose(0, 0xD7FF)),
        (1, Gen.Choose(0xE000, 0x10FFFF)),
        (1, Gen.Elements(0x345, 0x24B6, 0x2167, 0x1F130, 0x10400, 0x1D400, 0xFF21, 0xE000, 0xFFFD, 0x10000, 0x1E900, 0xB2, 0x130, 0xC9)))
        .Select(value => new Rune(value));

    /// <summary>What a quoted value may hold: anything but nothing.</summary>
    public static readonly Gen<string> AnyValue =
        from count in Gen.Choose(1, 12)
        from runes in AnyRune.ArrayOf(count)
        select Join(runes);

    /// <summary>Keys of letters and digits of all kinds, astral and other-alphabetic ones among them; never only digits.</summary>
    public static readonly Gen<string> AnyKey =
        from first in Gen.Elements(
            "a", "k-1", "_", "é", "\u0345", "ⓐ", "Ⅷ", "\U00010428", "\U0001D41A",
            "\U0001F130", "ß", "ÿ", "\uFF41", "漢", "²x", "a:b", "a/b", "a.b")
        from rest in Gen.Elements("", "0", "z", "\U00020000", "ｚ", "-", "\u0903")
        select first + rest;

    /// <summary>URNs of any keys and any values.</summary>
    public static readonly Gen<TaggedUrn> Any =
        from prefix in Gen.Elements("t", "media", "my prefix", "ß", "\U0001F600")
        from tags in TagsOf(prefix, AnyKey, AnyValue, 6)
        select tags;

    /// <summary>Valid texts of the three kinds, in no canonical form, and then a few characters taken out, put in or swapped.</summary>
    public static readonly Gen<string> Mutated =
        from start in Gen.OneOf(
            FewCap.Select(cap => cap.ToString()), Any.Select(urn => urn.ToString()), FewMedia.Select(urn => urn.ToString()),
            Gen.Elements("CAP:IN=media:A;Out=*;;X;", "cap:in=\"MEDIA:a;b=\\\"Q q\\\"\";out=media:", "media:a=\"\\\\\";b", "cap:", ":a", "cap:in;out;5"))
        from count in Gen.Choose(0, 3)
        from changes in Gen.Zip(Gen.Choose(0, 200), Gen.Zip(Gen.Choose(0, 3), Gen.Elements(
            "", ";", "=", "\"", "\\", " ", "9", "!", "A", "\uD83D", "\uDE00", "é", "in", ":")))
            .ArrayOf(count)
        select changes.Aggregate(start, (text, change) => Mutate(text, change.Item1, change.Item2.Item1, change.Item2.Item2));

    /// <summary>Checks a property of many random values.</summary>
    public static void ForAll<T>(Gen<T> values, Action<T> holds, int times = 2000) =>
        Prop.ForAll(values.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(times));

    /// <summary>Checks a property of many random pairs.</summary>
    public static void ForAll<T>(Gen<T> values, Action<T, T> holds, int times = 2000) =>
        Prop.ForAll(values.ToArbitrary(), values.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(times));

    public static string Join(IEnumerable<Rune> runes) => string.Concat(runes.Select(rune => rune.ToString()));

    private static Gen<TaggedUrn> TagsOf(string prefix, Gen<string> keys, Gen<string> values, int most) =>
        from count in Gen.Choose(0, most)
        from tags in Gen.Zip(keys, values).ArrayOf(count)
        select tags.Aggregate(TaggedUrn.Empty(prefix), (urn, tag) => urn.WithTag(tag.Item1, tag.Item2));

    private static string Mutate(string text, int place, int removed, string added)
    {
        var at = place % (text.Length + 1);
        return string.Concat(text.AsSpan(0, at), added, text.AsSpan(Math.Min(text.Length, at + removed)));
    }
}
