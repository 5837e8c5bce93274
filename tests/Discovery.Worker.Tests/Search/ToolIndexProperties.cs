using Capns.Core.Urns;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Search;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static Capns.Discovery.Worker.Tests.Search.SearchExample;

namespace Capns.Discovery.Worker.Tests.Search;

public class ToolIndexProperties
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(150);

    private static readonly string[] Vocabulary =
        ["pdf", "image", "photo", "convert", "conversion", "summary", "summarise", "mail", "email", "weather", "forecast", "table", "csv", "route", "colour", "search"];

    private static readonly string[] Queries =
        ["pdf", "convert image", "photo to csv", "sumary", "wether forcast", "the mail", "color", "conv", "e mail summaries", "csv from photo", "search", "imagepdf"];

    private static readonly string[] Caps =
        ["cap:in=media:pdf;op=summarise;out=media:text", "cap:in=media:pdf;op=convert;out=media:image", "cap:in=*;op=convert;out=*", "reading"];

    private static Gen<string> Words(int most) =>
        from count in Gen.Choose(1, most)
        from words in Gen.Elements(Vocabulary).ArrayOf(count)
        select string.Join(' ', words);

    /// <summary>A tool under one of thirty slugs.</summary>
    private static Gen<CatalogueTool> AnyTool =>
        from number in Gen.Choose(0, 29)
        from name in Words(3)
        from description in Words(12)
        from tags in Gen.Elements(Vocabulary).ArrayOf(3)
        from caps in Gen.Elements(Caps).ArrayOf(2)
        from availability in Gen.Elements(ToolAvailability.Yes, ToolAvailability.Yes, ToolAvailability.Disabled, ToolAvailability.Archived)
        select Tool($"tool-{number}", description, tags, [.. caps.Distinct()], name) with
        {
            Name = name.Replace(' ', '-'),
            Availability = availability,
            RegisteredAt = DateTimeOffset.UnixEpoch.AddHours(number * 7 % 30),
        };

    [Fact]
    public void With_AnyChanges_AnswersLikeBuiltAtOnce()
    {
        // Each list: what is said of tools in one refresh; every third tool that is said again is removed instead.
        var histories = AnyTool.ListOf().Resize(8).ListOf().Resize(12);
        Prop.ForAll(histories.ToArbitrary(), history =>
        {
            var (index, tools, revision) = (ToolIndex.Empty, new Dictionary<Guid, CatalogueTool>(), 0L);
            foreach (var refresh in history)
            {
                foreach (var tool in refresh)
                {
                    revision++;
                    if (revision % 3 == 0 && tools.Remove(tool.Id))
                    {
                        continue;
                    }

                    tools[tool.Id] = tool with { Revision = revision };
                }

                index = index.With(new CatalogueSnapshot(revision, tools.Values));
            }

            var built = ToolIndex.Build(index.Snapshot);
            Assert.Equal(built.Count, index.Count);
            foreach (var query in Queries)
            {
                Assert.Equal(Search(built, query), Search(index, query));
            }

            foreach (var cap in Caps.Where(cap => cap.StartsWith("cap:", StringComparison.Ordinal)).Select(CapUrn.Parse))
            {
                Assert.Equal(built.FindProviders(cap).OrderBy(found => found.Key), index.FindProviders(cap).OrderBy(found => found.Key));
            }
        }).Check(Often);
    }

    [Fact]
    public void Search_AnyFilter_LetsNothingElseThroughAndLosesNothing() =>
        Prop.ForAll(AnyTool.ListOf().Resize(30).ToArbitrary(), Gen.Elements(Queries).ToArbitrary(), Gen.Choose(2, 5).ToArbitrary(), (tools, query, step) =>
        {
            var index = ToolIndex.Build(new CatalogueSnapshot(1, tools.DistinctBy(tool => tool.Id)));
            using var all = index.Search(query, _ => true);
            using var some = index.Search(query, place => place % step == 0);
            var expected = all.All.ToArray().Select(hit => hit.Place).Where(place => place % step == 0);
            Assert.Equal(expected, some.All.ToArray().Select(hit => hit.Place));
            Assert.All(some.All.ToArray(), hit => Assert.InRange(hit.Score, float.Epsilon, some.BestScore));
        }).Check(Often);

    [Fact]
    public void Search_NameOfATool_FindsThatNameFirst() =>
        Prop.ForAll(AnyTool.NonEmptyListOf().Resize(20).ToArbitrary(), tools =>
        {
            var index = ToolIndex.Build(new CatalogueSnapshot(1, tools.DistinctBy(tool => tool.Id)));
            foreach (var tool in index.Snapshot.Tools.Where(tool => tool.Availability != ToolAvailability.Archived))
            {
                using var hits = index.Search(tool.Name, _ => true);
                var first = index.Snapshot.Tools[hits.Top(1)[0].Place];
                Assert.Contains(Letters(tool.Name), new[] { first.Name, first.Slug, first.DisplayName }.Select(Letters));
            }

            static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit));
        }).Check(Often);

    [Fact]
    public void Search_AnyText_AnswersTheSameTwice()
    {
        var letters = Gen.Frequency(
            (6, Gen.Elements("abcdefghijklmnopqrstuvwxyzPDF  -_.'#+".ToCharArray())),
            (2, Gen.Choose(0, char.MaxValue).Select(code => (char)code)),
            (1, Gen.Elements('\ud83d', '\udc4d', '\u0301', 'ß', '天', '\0')));
        var index = ToolIndex.Build(new CatalogueSnapshot(1, AnyTool.Sample(60, 30).DistinctBy(tool => tool.Id)));
        Prop.ForAll(letters.ArrayOf().Resize(600).Select(text => new string(text)).ToArbitrary(), text =>
        {
            Assert.Equal(Search(index, text), Search(index, text));
            using var hits = index.Search(text, _ => true);
            foreach (var hit in hits.Top(3))
            {
                _ = hits.Explain(hit.Place);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Build_ToolsOfAnyText_Answers() =>
        Prop.ForAll<string, string>((name, description) =>
        {
            var index = ToolIndex.Build(Snapshot(Tool("any", description ?? "", [name ?? ""], [name ?? "", "cap:" + name]) with { Name = name ?? "" }));
            _ = Search(index, name ?? "");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static List<(string Slug, float Score)> Search(ToolIndex index, string query)
    {
        using var hits = index.Search(query, _ => true);
        return [.. hits.Top(50).Select(hit => (index.Snapshot.Tools[hit.Place].Slug, hit.Score))];
    }
}
