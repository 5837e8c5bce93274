using Capns.Discovery.Worker.Search.Text;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Search;

public class TypingErrorsTests
{
    [Theory]
    [InlineData("weather", "weather", 2, 0)]
    [InlineData("wether", "weather", 1, 1)]
    [InlineData("weahter", "weather", 1, 1)]
    [InlineData("wweather", "weather", 1, 1)]
    [InlineData("weather", "leather", 1, 1)]
    [InlineData("calender", "calendar", 1, 1)]
    [InlineData("recomend", "recommended", 2, -1)]
    [InlineData("abcd", "badc", 2, 2)]
    [InlineData("abcd", "badc", 1, -1)]
    [InlineData("ca", "abc", 2, -1)]
    public void Count_TwoWords_IsTheLeastNumberOfErrors(string typed, string meant, int most, int errors) =>
        Assert.Equal(errors, TypingErrors.Count(typed, meant, most));

    [Fact]
    public void Count_AnyWords_AgreesWithLookingAtAllWays()
    {
        var words = Gen.Elements('a', 'b', 'c').ArrayOf().Resize(7).Select(letters => new string(letters)).ToArbitrary();
        Prop.ForAll(words, words, (left, right) =>
        {
            var errors = Slow(left, right);
            return TypingErrors.Count(left, right, 2) == (errors <= 2 ? errors : -1) && TypingErrors.Count(right, left, 2) == TypingErrors.Count(left, right, 2);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    private static int Slow(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.IsEmpty || right.IsEmpty)
        {
            return left.Length + right.Length;
        }

        var errors = Math.Min(Slow(left[1..], right) + 1, Slow(left, right[1..]) + 1);
        errors = Math.Min(errors, Slow(left[1..], right[1..]) + (left[0] == right[0] ? 0 : 1));
        return left.Length > 1 && right.Length > 1 && left[0] == right[1] && left[1] == right[0]
            ? Math.Min(errors, Slow(left[2..], right[2..]) + 1)
            : errors;
    }
}
