using Capns.Discovery.Worker.Search.Text;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Search;

public class ThesaurusTests
{
    [Fact]
    public void Of_WordsThatMeanTheSame_LeadToEachOther()
    {
        Assert.Contains("photo", Terms(Thesaurus.English, "imag"));
        Assert.Contains("imag", Terms(Thesaurus.English, "photo"));
    }

    [Fact]
    public void Of_WordThatLeads_DoesNotLeadBack()
    {
        var thesaurus = Thesaurus.Read(["> umbrella | rain"]);
        Assert.Equal(["rain"], Terms(thesaurus, "umbrella"));
        Assert.Empty(Terms(thesaurus, "rain"));
    }

    [Fact]
    public void Of_Form_CountsMoreThanMeaningMoreThanHint()
    {
        var thesaurus = Thesaurus.Read(["~ pay payment", "= pay spend", "> pay | shop"]);
        Assert.Equal(["payment", "spend", "shop"], Terms(thesaurus, "pay"));
    }

    [Fact]
    public void Of_PhraseWithIs_IsKnownAsSpoken()
    {
        var thesaurus = Thesaurus.Read(["> what_is_cooking | recipe", "> is_it_late | clock", "> who_is | person"]);
        Assert.Equal(["recip"], Terms(thesaurus, "what is cook"));
        Assert.Equal(["recip"], Terms(thesaurus, "what cook"));
        Assert.Empty(Terms(thesaurus, "it late"));
        Assert.Empty(Terms(thesaurus, "who"));
    }

    [Theory]
    [InlineData("drizzl", "weather")]
    [InlineData("quid", "currenc")]
    [InlineData("lbs", "weight")]
    [InlineData("day off work", "leav")]
    [InlineData("black out", "redact")]
    [InlineData("padlock", "tls")]
    [InlineData("dewpoint", null)]
    public void Of_EverydayWord_LeadsToTheSubject(string word, string? term)
    {
        var terms = Terms(Thesaurus.English, word);
        if (term is null)
        {
            Assert.Empty(terms);
        }
        else
        {
            Assert.Contains(term, terms);
        }
    }

    [Fact]
    public void English_EveryPhrase_FitsIntoAQuery()
    {
        var phrases = DataFile.Lines("thesaurus.txt").SelectMany(line => line[1..].Split('|')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain(phrases, phrase => phrase.Split('_').Length > Thesaurus.LongestPhrase);
    }

    [Theory]
    [InlineData("pictrue", 1, "pictur")]
    [InlineData("direcions", 1, "direct")]
    [InlineData("qqqqqqqq", 2, null)]
    public void Correct_MistypedWord_IsTheTermOfTheNearest(string typed, int most, string? term) => Assert.Equal(term, Thesaurus.English.Correct(typed, most));

    [Theory]
    [InlineData("umbrella rain")]
    [InlineData("> umbrella rain")]
    [InlineData("= umbrella | rain")]
    public void Read_NotALine_IsRefused(string line) => Assert.Contains(line, Assert.Throws<FormatException>(() => Thesaurus.Read([line])).Message, StringComparison.Ordinal);

    private static List<string> Terms(Thesaurus thesaurus, string term) => [.. thesaurus.Of(term).ToArray().Select(meaning => meaning.Term)];
}
