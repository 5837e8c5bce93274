namespace Capns.Core.Tests.Fuzzing;

/// <summary>A short run of <c>bench/run fuzz</c>.</summary>
public sealed class FuzzTests
{
    private const int Texts = 10_000;

    /// <summary>A machine that does much else at the same time makes nothing slower than so many times; what takes quadratic time is.</summary>
    private const int Patience = 50;

    [Fact]
    public void Parsers_RandomAndMutatedTexts_GiveTheDocumentedErrorInBoundedTimeAndMemory()
    {
        var run = new FuzzRun(Patience);

        run.Try(new FuzzInputs(seed: 1), Texts);

        Assert.Empty(run.Failures);
        Assert.All(run.Results, result => Assert.Equal((Texts + result.Target.OneIn - 1) / result.Target.OneIn, result.Accepted + result.Refused));
        // Texts that a parser takes are among them: otherwise it was not tried beyond its first check.
        Assert.All(run.Results, result => Assert.InRange(result.Accepted, 20, result.Accepted + result.Refused - 20));
    }

    [Fact]
    public void Inputs_SameSeed_AreTheSame()
    {
        var (first, second, other) = (new FuzzInputs(seed: 7), new FuzzInputs(seed: 7), new FuzzInputs(seed: 8));
        string[] texts = [.. Enumerable.Range(0, 2000).Select(_ => first.Next())];

        Assert.Equal(texts, Enumerable.Range(0, 2000).Select(_ => second.Next()));
        Assert.NotEqual(texts, Enumerable.Range(0, 2000).Select(_ => other.Next()));
    }
}
