using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Search;
using Capns.Discovery.Worker.Search.Indexing;
using Capns.Discovery.Worker.Search.Queries;
using Xunit;
using static Capns.Discovery.Worker.Tests.Search.SearchExample;

namespace Capns.Discovery.Worker.Tests.Search;

public class ToolIndexTests
{
    private static readonly CatalogueTool[] Tools =
    [
        Tool("image-resize", "Changes width and height of pictures.", ["image", "scale"]),
        Tool("pdf-summary", "Writes a short summary of a PDF document.", ["pdf", "text"]),
        Tool("weather-forecast", "Temperature and rain for the coming days.", ["climate"]),
        Tool("csv-to-json", "Converts CSV tables to JSON.", ["convert"]),
        Tool("json-to-csv", "Converts JSON records to CSV.", ["convert"]),
        Tool("mail-send", "Sends a message to a recipient.", ["email"]),
    ];

    [Theory]
    [InlineData("summarise a pdf", "pdf-summary")]
    [InlineData("shrink my photo", "image-resize")]
    [InlineData("do I need an umbrella tomorrow", "weather-forecast")]
    [InlineData("wether forcast", "weather-forecast")]
    [InlineData("e mail", "mail-send")]
    [InlineData("weatherforecast", "weather-forecast")]
    [InlineData("summ", "pdf-summary")]
    [InlineData("convert csv into json", "csv-to-json")]
    [InlineData("csv from json", "json-to-csv")]
    [InlineData("JSON to CSV", "json-to-csv")]
    [InlineData("make it shorter: the gist of this pdf", "pdf-summary")]
    [InlineData("let me know what it is outside", "weather-forecast")]
    public void Search_WordsOfPeople_FindsTheToolFirst(string query, string slug) => Assert.Equal(slug, Search(ToolIndex.Build(Snapshot(Tools)), query)[0]);

    [Fact]
    public void Search_WordInNameTagAndDescription_RanksInThatOrder()
    {
        var index = ToolIndex.Build(Snapshot(
            Tool("c", "About falcons, as it happens."), Tool("b", "About birds, as it happens.", ["falcon"]), Tool("falcon", "About birds, as it happens."), Tool("d")));

        Assert.Equal(["falcon", "b", "c"], Search(index, "falcons"));
    }

    [Fact]
    public void Search_ToolsThatSayTheSame_AreInTheOrderOfNameThenId()
    {
        var (first, second) = (Tool("s1") with { Name = "alike" }, Tool("s2") with { Name = "alike" });
        var index = ToolIndex.Build(Snapshot(
            first with { Slug = "x", DisplayName = "" }, second with { Slug = "x2", DisplayName = "" }));
        using var hits = index.Search("alike", _ => true);

        var ids = hits.Top(2).Select(hit => index.Snapshot.Tools[hit.Place].Id.ToString()).ToList();
        Assert.Equal(2, ids.Count);
        Assert.Equal(hits.All[0].Score, hits.All[1].Score);
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ?!")]
    [InlineData("zzzzqqqq")]
    public void Search_NothingToLookFor_FindsNothing(string query)
    {
        using var hits = ToolIndex.Build(Snapshot(Tools)).Search(query, _ => true);
        Assert.Equal((0, 0f), (hits.Count, hits.BestScore));
        Assert.Empty(hits.Top(5));
    }

    [Fact]
    public void Search_OnlyStopWords_AreLookedForInNames() =>
        Assert.Equal(["what-is"], Search(ToolIndex.Build(Snapshot([.. Tools, Tool("what-is", "Encyclopedia.")])), "what is"));

    [Fact]
    public void Search_NameEqualsQuery_ComesBeforeAToolThatSaysItOften()
    {
        var index = ToolIndex.Build(Snapshot(
            Tool("merge-merge", "Merge, merging, merged files.", ["merge", "files"], displayName: "Merge files, merge"), Tool("m2", displayName: "Merge!") with { Name = "mErge" }));

        Assert.Equal("m2", Search(index, "merge")[0]);
    }

    [Fact]
    public void Search_WordKnownInOneToolOnly_IsNotGuessedAt() =>
        Assert.Equal(["form-fill"], Search(ToolIndex.Build(Snapshot(Tool("form-fill"), Tool("farm-plan"))), "form"));

    [Fact]
    public void Search_Phrase_IsAsRareAsWhatItLeadsTo()
    {
        // "text" alone says nothing here: every other tool has it.
        var texts = Enumerable.Range(0, 8).Select(at => Tool($"text-{(char)('a' + at)}", "Text about a customer.", ["text", "customer"]));
        var index = ToolIndex.Build(Snapshot([.. texts, Tool("sms-send", "Sends a message.", ["sms"])]));

        Assert.Equal("sms-send", Search(index, "text my boss")[0]);
    }

    [Fact]
    public void Dispose_Twice_ReturnsTheMemoryOnce()
    {
        var hits = ToolIndex.Build(Snapshot(Tools)).Search("pdf", _ => true);
        hits.Dispose();
        hits.Dispose();
        Assert.Empty(hits.All.ToArray());
    }

    [Fact]
    public void Search_ArchivedTool_IsNotInTheIndex()
    {
        var index = ToolIndex.Build(Snapshot(Tools[0] with { Availability = ToolAvailability.Archived }, Tools[1]));
        Assert.Equal(1, index.Count);
        Assert.Empty(Search(index, "image"));
    }

    [Fact]
    public void With_ToolArchivedChangedAndAdded_AnswersByTheNewSnapshot()
    {
        var before = ToolIndex.Build(Snapshot(Tools));
        var after = before.With(new CatalogueSnapshot(2,
        [
            .. Tools.Skip(2), Tools[0] with { Availability = ToolAvailability.Archived, Revision = 2 },
            Tools[1] with { Description = "Counts elephants.", Revision = 2 }, Tool("zebra-count", "Counts zebras.", revision: 2),
        ]));

        Assert.Empty(Search(after, "image"));
        Assert.Equal(["pdf-summary"], Search(after, "elephant"));
        Assert.Equal(["zebra-count"], Search(after, "zebras"));
        Assert.Equal(["image-resize"], Search(before, "image"));
        Assert.Empty(Search(before, "zebras"));
    }

    [Fact]
    public void With_SameTools_TakesTheSegmentsAsTheyAre()
    {
        var before = ToolIndex.Build(Snapshot(Tools));
        var after = before.With(new CatalogueSnapshot(2, Tools.Select(tool => tool with { })));
        Assert.Same(before.Segments[0].Segment, after.Segments[0].Segment);
    }

    [Fact]
    public void Explain_Hit_NamesWordsAndFields()
    {
        var index = ToolIndex.Build(Snapshot(Tools));
        using var hits = index.Search("resize my photos in whight", _ => true);
        var words = hits.Explain(hits.Top(1)[0].Place);

        Assert.Equal(["resize", "photos"], words.Take(2).Select(word => word.Word));
        Assert.Equal(("resize", MatchKind.Same), (words[0].Found, words[0].Kind));
        Assert.Equal([ToolField.Name, ToolField.DisplayName], words[0].Fields);
        Assert.Equal(MatchKind.Meaning, words[1].Kind);
        Assert.StartsWith("Best match for the words of the request: resize, ", Explanation.Sentence(words), StringComparison.Ordinal);
        Assert.Contains("(in name, tags", Explanation.Sentence(words), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('a')]
    [InlineData('é')]
    [InlineData('天')]
    [InlineData('\ud800')]
    public void Search_OneWordOf500Characters_Answers(char letter)
    {
        using var hits = ToolIndex.Build(Snapshot(Tools)).Search(new string(letter, 500), _ => true);
        Assert.Equal(0, hits.Count);
    }

    [Fact]
    public void Search_ManyUnknownWords_LooksForABoundedNumber()
    {
        using var hits = ToolIndex.Build(Snapshot(Tools)).Search(string.Join(' ', Enumerable.Range(0, 125).Select(at => $"q{(char)('a' + (at % 26))}{at}")), _ => true);
        Assert.InRange(hits.Plan.Words.Count, 1, QueryPlan.MostWords);
    }

    private static List<string> Search(ToolIndex index, string query)
    {
        using var hits = index.Search(query, _ => true);
        return [.. hits.Top(20).Select(hit => index.Snapshot.Tools[hit.Place].Slug)];
    }
}
