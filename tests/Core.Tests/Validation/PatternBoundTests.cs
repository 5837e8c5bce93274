using System.Text.Json;
using Capns.Core.Validation;
using static Capns.Core.Tests.Validation.Text;

namespace Capns.Core.Tests.Validation;

/// <summary>What a hostile pattern may cost; the patterns of rules are in RuleTests.</summary>
public sealed class PatternBoundTests
{
    [Theory]
    [InlineData(JsonSchema.MaxPatternLength, 0, true)]
    [InlineData(JsonSchema.MaxPatternLength + 1, 0, false)]
    [InlineData(1, JsonSchema.MaxPatternNesting, true)]
    [InlineData(1, JsonSchema.MaxPatternNesting + 1, false)]
    [InlineData(0, 29_000, false)]
    public void TryCompile_PatternAtAndBeyondItsBounds_IsReadOrRefused(int length, int nesting, bool isRead)
    {
        var pattern = new string('(', nesting) + new string('a', length) + new string(')', nesting);

        Assert.Equal(isRead, JsonSchema.TryCompile(Value($$"""{"pattern": "{{pattern}}"}"""), out _, out var error));
        Assert.Equal(isRead ? null : "pattern", error?.Keyword);
        Assert.InRange(error?.Message.Length ?? 0, 0, JsonSchema.MaxPatternLength + 200);
    }

    [Fact]
    public void TryCompile_GroupsBesideOneAnother_AreNotNested() =>
        Assert.True(JsonSchema.TryCompile(Value($$"""{"pattern": "{{string.Concat(Enumerable.Repeat("(a)", 1000))}}"}"""), out _, out _));

    [Fact]
    public void TryCompile_PatternOfManyDifferentCharacters_TakesLittleMemoryAndMeansTheSame()
    {
        var pattern = string.Concat(Enumerable.Range(0, 400).Select(i => (char)(0x4000 + (2 * i))));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var schema = Schema($$"""{"pattern": "{{pattern}}"}""");

        Assert.Empty(schema.Validate(JsonSerializer.SerializeToElement($"x{pattern}y")));
        Assert.Single(schema.Validate(JsonSerializer.SerializeToElement(pattern[1..])));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000_000);
    }

    [Fact]
    public void TryCompile_ManyPatterns_TakeLittleMemoryTogether()
    {
        var properties = string.Join(',', Enumerable.Range(0, 4000).Select(i => $$"""  "p{{i}}": {"pattern": "^{{i}}$"}"""));
        var schema = Value($$"""{"properties": { {{properties}} } }""");
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(JsonSchema.TryCompile(schema, out var compiled, out _));

        Assert.Empty(compiled.Validate(Value("""{"p7": "7", "p3999": "3999"}""")));
        Assert.Equal(2, compiled.Validate(Value("""{"p7": "70", "p3999": "x"}""")).Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }
}
