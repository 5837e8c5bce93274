using Capns.Discovery.Worker.Search.Text;
using Xunit;
using TextReader = Capns.Discovery.Worker.Search.Text.TextReader;

namespace Capns.Discovery.Worker.Tests.Search;

public class TextReaderTests
{
    [Theory]
    [InlineData("Read a PDF, please!", "read a pdf please")]
    [InlineData("pdf-extract_text", "pdf extract text pdfextracttext")]
    [InlineData("readPdfFile", "read pdf file readpdffile")]
    [InlineData("PDFFile", "pdf file pdffile")]
    [InlineData("PDFs", "pdfs")]
    [InlineData("node.js", "node js nodejs")]
    [InlineData("mp3", "mp3")]
    [InlineData("python3", "python3 python")]
    [InlineData("Crème brûlée", "creme brulee")]
    [InlineData("Straße ÆØÅ Łódź", "strasse aeoa lodz")]
    [InlineData("e\u0301te\u0301", "ete")]
    [InlineData("ＰＤＦ", "pdf")]
    [InlineData("don't Anna's", "dont anna")]
    [InlineData("c++ c# f", "cplusplus csharp f")]
    [InlineData("天気予報", "天気 気予 予報 天気予報")]
    [InlineData("pdf天気", "pdf 天気 pdf天気")]
    [InlineData("ДОКУМЕНТ", "документ")]
    [InlineData("-- ... ''", "")]
    [InlineData("", "")]
    public void Read_Text_GivesFoldedWords(string text, string words) => Assert.Equal(words, string.Join(' ', Read(text)));

    [Fact]
    public void Read_LoneSurrogatesAndControls_AreGaps() => Assert.Equal(["a", "b", "c"], Read("a\ud800b\udc00\0c"));

    [Fact]
    public void Read_OneEndlessWord_IsCut()
    {
        var word = Assert.Single(Read(new string('a', 500)));
        Assert.InRange(word.Length, 40, TextReader.LongestWord);
    }

    [Fact]
    public void Read_SentenceWithDashes_IsNotJoined() => Assert.DoesNotContain("abcde", Read("a-b-c-d-e"));

    [Theory]
    [InlineData("Summarising the PDFs of PDF", 10, "summarising pdfs")]
    [InlineData("one two three four five six", 3, "two three four")]
    [InlineData("what is it", 10, "")]
    public void Words_Text_AreShownAsTypedWithoutStopWords(string text, int most, string words) =>
        Assert.Equal(words, string.Join(' ', Words.Of(text, most).Select(word => word.Text)));

    [Fact]
    public void Topic_OtherFormsOfTheSameWords_IsTheSame() =>
        Assert.Equal(Words.Topic("Summarise a contract", 10), Words.Topic("summarizing the Contracts", 10));

    private static List<string> Read(string text)
    {
        var reader = new TextReader();
        reader.Read("something else before");
        reader.Read(text);
        return [.. reader.Tokens.Select(token => reader[token].ToString())];
    }
}
