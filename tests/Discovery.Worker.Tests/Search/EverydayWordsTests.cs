using Capns.Discovery.Worker.Search;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Search;

/// <summary>Requests in which no word of the tool is said: the thesaurus alone leads to it.</summary>
public class EverydayWordsTests
{
    private static readonly ToolIndex Index = ToolIndex.Build(SearchExample.Snapshot(
        SearchExample.Tool("forecast", "Weather of the coming days: precipitation and temperature."),
        SearchExample.Tool("convert-units", "Converts units of length, weight and volume."),
        SearchExample.Tool("convert-money", "Converts an amount to another currency."),
        SearchExample.Tool("redact", "Redacts passages of a document."),
        SearchExample.Tool("speech", "Speech synthesis of a given text, tts."),
        SearchExample.Tool("agenda", "Lists calendar entries."),
        SearchExample.Tool("leave", "Requests leave from the manager."),
        SearchExample.Tool("uptime", "Measures uptime of web pages."),
        SearchExample.Tool("blame", "Git blame for a source file."),
        SearchExample.Tool("tone", "Paraphrases; rewrites in another tone.")));

    [Theory]
    [InlineData("should I pack my brolly for Leeds?", "forecast")]
    [InlineData("how many lbs is my suitcase allowed", "convert-units")]
    [InlineData("forty quid, what is that for an Italian", "convert-money")]
    [InlineData("black out her phone number", "redact")]
    [InlineData("could you read it out to grandpa", "speech")]
    [InlineData("what's on my calendar this Thursday", "agenda")]
    [InlineData("I need two weeks off in May", "leave")]
    [InlineData("is it just me or is the shop gone", "uptime")]
    [InlineData("who changed this line last autumn", "blame")]
    [InlineData("say this nicely, he is my boss", "tone")]
    public void Search_EverydayRequest_FindsTheTool(string query, string slug)
    {
        using var hits = Index.Search(query, static _ => true);
        var place = Assert.Single(hits.Top(1)).Place;
        Assert.Equal(slug, Index.Snapshot.Tools[place].Slug);
    }
}
