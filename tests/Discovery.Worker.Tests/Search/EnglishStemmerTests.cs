using Capns.Discovery.Worker.Search.Text;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Search;

public class EnglishStemmerTests
{
    [Theory]
    // One of the published pairs, or computed by hand from the published rules, for each step.
    [InlineData("consistency", "consist")]
    [InlineData("consistently", "consist")]
    [InlineData("consolatory", "consolatori")]
    [InlineData("consolidate", "consolid")]
    [InlineData("constables", "constabl")]
    [InlineData("knackeries", "knackeri")]
    [InlineData("kneaded", "knead")]
    [InlineData("knightly", "knight")]
    [InlineData("knives", "knive")]
    [InlineData("generously", "generous")]
    [InlineData("generate", "generat")]
    [InlineData("general", "general")]
    [InlineData("communication", "communic")]
    [InlineData("skies", "sky")]
    [InlineData("dying", "die")]
    [InlineData("news", "news")]
    [InlineData("succeed", "succeed")]
    [InlineData("herring", "herring")]
    [InlineData("ties", "tie")]
    [InlineData("cries", "cri")]
    [InlineData("gas", "gas")]
    [InlineData("gaps", "gap")]
    [InlineData("kiwis", "kiwi")]
    [InlineData("hopping", "hop")]
    [InlineData("hoping", "hope")]
    [InlineData("luxuriated", "luxuri")]
    [InlineData("say", "say")]
    [InlineData("cry", "cri")]
    [InlineData("by", "by")]
    [InlineData("relational", "relat")]
    [InlineData("hopefulness", "hope")]
    [InlineData("formalize", "formal")]
    [InlineData("replacement", "replac")]
    [InlineData("adjustable", "adjust")]
    [InlineData("controlled", "control")]
    [InlineData("yes", "yes")]
    public void Stem_Word_IsThatOfTheAlgorithm(string word, string stem) => Assert.Equal(stem, Stem(word));

    [Theory]
    [InlineData("naïve")]
    [InlineData("mp3s")]
    [InlineData("документы")]
    public void Stem_NotPlainLetters_StaysAsItIs(string word) => Assert.Equal(word, Stem(word));

    [Theory]
    [InlineData("summarise", "summarized")]
    [InlineData("organisations", "organization")]
    [InlineData("colour", "colors")]
    [InlineData("favourites", "favorite")]
    [InlineData("centre", "centers")]
    [InlineData("kilometres", "kilometer")]
    [InlineData("cancelled", "canceled")]
    [InlineData("labelling", "labeling")]
    [InlineData("analyse", "analyzed")]
    [InlineData("catalogue", "catalog")]
    [InlineData("licence", "license")]
    [InlineData("programmes", "program")]
    public void TermOf_BritishAndAmerican_AreTheSame(string british, string american)
    {
        var stemming = new Stemming(10);
        Assert.Equal(stemming.TermOf(american), stemming.TermOf(british));
    }

    [Theory]
    [InlineData("rise", "rize")]
    [InlineData("noise", "noize")]
    [InlineData("hour", "hor")]
    [InlineData("course", "corse")]
    public void TermOf_WordsThatOnlyLookBritish_AreLeftAlone(string word, string other)
    {
        var stemming = new Stemming(10);
        Assert.NotEqual(stemming.TermOf(other), stemming.TermOf(word));
    }

    [Theory]
    [InlineData("pdfs", "pdf")]
    [InlineData("https", "http")]
    [InlineData("dns", "dns")]
    public void TermOf_NoVowels_LosesThePluralOfLongerOnes(string word, string term) => Assert.Equal(term, new Stemming(10).TermOf(word));

    [Fact]
    public void TermOf_MoreWordsThanRemembered_StaysTheSame()
    {
        var (small, large) = (new Stemming(2), new Stemming(1_000));
        foreach (var word in (string[])["running", "files", "converted", "running", "colours", "files"])
        {
            Assert.Equal(large.TermOf(word), small.TermOf(word));
        }
    }

    private static string Stem(string word)
    {
        Span<char> room = stackalloc char[64];
        word.CopyTo(room);
        return room[..EnglishStemmer.Stem(room, word.Length)].ToString();
    }
}
