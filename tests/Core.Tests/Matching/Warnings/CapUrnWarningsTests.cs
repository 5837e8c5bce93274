using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Capns.Core.Matching;
using Capns.Core.Matching.Warnings;
using Capns.Core.Tests.Urns;
using Capns.Core.Urns;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Matching.Warnings;

public sealed partial class CapUrnWarningsTests
{
    [Theory]
    [InlineData("cap:in=media:pdf;bytes;op=x;out", "CAPNS001")]
    [InlineData("cap:in;op=x;out=media:object;form=map", "CAPNS001")]
    [InlineData("cap:in=\"media:bytes;pdf\";bytes;op=x;out", "")]
    [InlineData("cap:in=media:bytes;candle;op=x;out", "")]
    [InlineData("cap:bytes;in;op=x;out", "")]
    [InlineData("cap:form=other;in=media:bytes;op=x;out", "")]
    [InlineData("cap:a=?;b=!;in;c;out", "CAPNS002 CAPNS002")]
    [InlineData("cap:in=\"media:a=!;b=?\";out", "")]
    [InlineData("cap:ext=pdf;in=\"media:ext=epub\";out", "CAPNS003")]
    [InlineData("cap:ext=pdf;in=\"media:ext=epub\";out=\"media:ext=pdf\"", "")]
    [InlineData("cap:ext=pdf;in=media:ext;out", "")]
    [InlineData("cap:in=\"media:textable;void\";out", "CAPNS003")]
    [InlineData("cap:in=\"media:textable=!;void\";out", "")]
    [InlineData("cap:in=\"media:b;a\";out=\"media:a;b\"", "CAPNS004")]
    [InlineData("cap:in=\"media:a=*\";out=\"media:b;\"", "CAPNS004 CAPNS004")]
    [InlineData("cap:in;op=x;out", "")]
    public void Of_OneUrn_FindsWhatIsSuspiciousAndNothingElse(string urn, string ids) =>
        Assert.Equal(ids, string.Join(' ', CapUrnWarnings.Of(CapUrn.Parse(urn)).Select(warning => warning.Id)));

    [Fact]
    public void Of_UnquotedDirection_SaysHowToWriteIt() =>
        Assert.Equal(
            "CAPNS001: cap:bytes;in=media:pdf;op=x;out: 'bytes' is a tag of the capability, not of a direction; "
            + "if it was meant for one, that must be quoted, as in in=\"media:pdf;bytes\"",
            Assert.Single(CapUrnWarnings.Of(CapUrn.Parse("cap:in=media:pdf;bytes;op=x;out"))).ToString());

    [Fact]
    public void Of_List_WarnsOfTheLaterOfTwoThatMeanTheSame()
    {
        CapUrn[] urns = [.. new[] { "cap:in=\"media:a;b\";out", "cap:in;out", "cap:in=\"media:b;a\";out" }.Select(CapUrn.Parse)];

        var shadowed = Assert.Single(CapUrnWarnings.Of(urns), warning => warning.Kind == CapUrnWarningKind.Shadowed);

        Assert.Same(urns[2], shadowed.Urn);
        Assert.StartsWith("number 3 means the same as number 1,", shadowed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_RandomList_WhatIsShadowedIsNeverChosen() =>
        RandomUrns.ForAll(Gen.Zip(RandomUrns.FewCap.ArrayOf(3), RandomUrns.FewCap), pair =>
        {
            var (few, request) = pair;
            CapUrn[] caps = [.. few, .. few.Select(cap => CapUrn.Parse(cap.ToString()))];
            var shadowed = CapUrnWarnings.Of(caps)
                .Where(warning => warning.Kind == CapUrnWarningKind.Shadowed)
                .Select(warning => warning.Urn)
                .ToArray();
            Assert.InRange(shadowed.Length, few.Length, caps.Length);
            Assert.All(Enum.GetValues<SpecificityScheme>(), scheme =>
                Assert.DoesNotContain(
                    CapMatcher.FindBestMatch(caps, request, new SelectionPolicy { Scheme = scheme }), shadowed, ReferenceEqualityComparer.Instance));
        });

    [Fact]
    public void Of_CanonicalDirection_IsNotWarnedOf() =>
        RandomUrns.ForAll(RandomUrns.FewCap, cap =>
            Assert.DoesNotContain(CapUrnWarnings.Of(cap), warning => warning.Kind == CapUrnWarningKind.DirectionNotCanonical));

    [Fact]
    public void Document_EveryKind_HasItsRowAndItsExamplesHold()
    {
        var rows = Row().Matches(File.ReadAllText(Path.Combine(Root(), "docs", "cap-warnings.md")))
            .Select(row => (Id: row.Groups[1].Value, Name: row.Groups[2].Value, Example: Code(row.Groups[3]), Instead: Code(row.Groups[4])))
            .ToArray();

        Assert.Equal(
            Enum.GetValues<CapUrnWarningKind>().Select(kind => (CapUrnWarning.GetId(kind), kind.ToString())), rows.Select(row => (row.Id, row.Name)));
        Assert.All(rows, row => Assert.Contains(row.Id, CapUrnWarnings.Of(row.Example).Select(warning => warning.Id)));
        Assert.All(rows, row => Assert.Empty(CapUrnWarnings.Of(row.Instead)));
    }

    private static CapUrn[] Code(Group cell) => [.. CodeSpan().Matches(cell.Value).Select(span => CapUrn.Parse(span.Groups[1].Value))];

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..", ".."));

    [GeneratedRegex(@"^\| (CAPNS\d+) \| (\w+) \| (.*?) \|.*\| (`.*`) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex CodeSpan();
}
