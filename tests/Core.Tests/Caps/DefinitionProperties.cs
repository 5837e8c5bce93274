using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Core.Caps;
using Capns.Core.Media;
using FsCheck;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Caps;

/// <summary>What holds for every definition, and for every text that claims to be one.</summary>
public sealed class DefinitionProperties
{
    private static readonly Config ManyTimes = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Parse_WrittenDefinition_IsTheSame() => ForSeeds(seed =>
    {
        var cap = new RandomDefinitions(seed).Cap();

        var back = Cap.Parse(cap.ToJson());

        Assert.Equal(cap, back);
        Assert.Equal(cap.GetHashCode(), back.GetHashCode());
        Assert.Equal(cap.ToJson(), back.ToJson());
        Assert.Equal(cap, JsonSerializer.Deserialize<Cap>(JsonSerializer.Serialize(cap)));
        Assert.All(cap.MediaSpecs, spec => Assert.Equal(spec, MediaSpecDef.Parse(spec.ToJson())));
    });

    [Fact]
    public void Equals_TwoDefinitions_AreEqualWhenTheyAreWrittenTheSame() => ForSeeds(seed =>
    {
        // Both are the same for every odd seed.
        var (one, other) = (new RandomDefinitions(seed).Cap(), new RandomDefinitions(seed | 1).Cap());

        Assert.Equal(one.ToJson() == other.ToJson(), one == other);
    });

    [Fact]
    public void Validate_AnyDefinition_SaysTheSameOfItsJson() => ForSeeds(seed =>
    {
        var cap = new RandomDefinitions(seed).Cap();

        var (direct, read) = (CapValidator.Validate(cap), CapValidator.Validate(cap.ToJson()));

        Assert.Equal(direct.Error, read.Error);
        Assert.Equal(direct.Warnings, read.Warnings);
    });

    [Fact]
    public void RandomDefinitions_FromSeeds_AreValidAndBreakEveryRuleOftenEnoughToTestWith()
    {
        var outcomes = Enumerable.Range(0, 2000).Select(seed => CapValidator.Validate(new RandomDefinitions(seed).Cap()).Error?.RuleId ?? "ok").ToList();

        Assert.All(
            ["ok", "RULE1", "RULE2", "RULE3", "RULE4", "RULE5", "RULE6", "RULE7", "RULE9", "RULE10"],
            rule => Assert.InRange(outcomes.Count(outcome => outcome == rule), 10, 1900));
    }

    [Fact]
    public void TryParse_DamagedText_AnswersWithoutThrowing() => ForSeeds(seed =>
    {
        var random = new RandomDefinitions(seed);
        ReadEverything(random.Mutate(random.Cap().ToJson()));
        ReadEverything(random.Mutate(random.Manifest().ToJson()));
    });

    [Fact]
    public void TryParse_AnyText_AnswersWithoutThrowing() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => ReadEverything(text ?? string.Empty)).Check(ManyTimes);

    [Fact]
    public void TryParse_AnyBytes_AnswersWithoutThrowing() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            Assert.False(Cap.TryParse(bytes ?? [], out _, out var error));
            Assert.Equal(CapRule.Structure, error.RuleId);
            Assert.False(CapManifest.TryReadLeniently(bytes ?? [], out _, out _));
        }).Check(ManyTimes);

    [Fact]
    public void TryParse_AnotherKindOfValueAnywhere_IsReadOrNamesThePlace()
    {
        var whole = JsonNode.Parse(CapJsonTests.Everything)!;
        foreach (var path in Paths(whole, string.Empty).ToList())
        {
            foreach (var other in (string[])["null", "true", "-1", "0", "1e999", "\"\"", "\"\\u0000\"", "[]", "{}", "[[]]", "{\"urn\":{}}"])
            {
                var json = Replace(whole.DeepClone(), path, JsonNode.Parse(other)).ToJsonString();
                if (Cap.TryParse(json, out var cap, out var error))
                {
                    Assert.Equal(cap, Cap.Parse(cap.ToJson()));
                    continue;
                }

                var related = path.StartsWith(error.Path, StringComparison.Ordinal) || error.Path.StartsWith(path, StringComparison.Ordinal);
                Assert.True(related, $"{other} at {path}: {error}");
            }
        }
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(100_000, false)]
    public void TryParse_DeepJson_IsReadToTheBound(int levels, bool isRead)
    {
        // The definition itself is the first of Cap.MaxJsonDepth levels.
        var deep = new string('[', levels) + new string(']', levels);
        var json = $$"""{"urn":"cap:in;out","title":"t","command":"c","metadata_json":{{deep}}}""";

        Assert.Equal(isRead, Cap.TryParse(json, out var cap, out var error));

        Assert.Equal(isRead ? null : CapRule.Structure, error?.RuleId);
        Assert.True(cap is null || cap == Cap.Parse(cap.ToJson()));
    }

    [Fact]
    public void TryParse_ElementDeeperThanTheBound_IsRefused()
    {
        var deep = JsonElement.Parse(new string('[', 500) + new string(']', 500), new JsonDocumentOptions { MaxDepth = 1000 });

        Assert.False(Cap.TryParse(deep, out _, out var error));
        Assert.Equal("nests deeper than 64 levels", error.Issue);
        Assert.False(Cap.TryParse(default(JsonElement), out _, out error));
        Assert.Equal("The document is not a JSON value.", error.Message);
    }

    [Fact]
    public void Validate_HugeDefinition_Answers()
    {
        const int many = 20_000;
        var args = Enumerable.Range(0, many).Select(i => Example.Arg($"media:a{i}", Example.At(many - 1 - i)));
        var specs = Enumerable.Range(0, many).Select(i => Example.Spec($"media:b{i}"));
        var json = (Example.Cap([.. args]) with { MediaSpecs = [.. specs], Title = new string('x', 1_000_000) }).ToJson();

        Assert.True(CapValidator.Validate(json).IsValid);
    }

    private static void ReadEverything(string text)
    {
        if (Cap.TryParse(text, out var cap, out var error))
        {
            Assert.Equal(cap, Cap.Parse(cap.ToJson()));
        }

        Assert.True(error is null || error.RuleId.Length > 0);
        Assert.Equal(error is null, Cap.TryParse(Encoding.UTF8.GetBytes(text), out _, out _));
        Assert.True(CapValidator.Validate(text).Error is not null || cap is not null);
        _ = MediaSpecDef.TryParse(text, out _, out _);
        var isManifest = CapManifest.TryReadLeniently(text, out var reading, out _);
        Assert.Equal(isManifest && reading!.Problems.Count == 0, CapManifest.TryParse(text, out var manifest, out _));
        Assert.True(manifest is null || manifest == reading!.Manifest);
        Assert.All(reading?.Problems ?? [], problem => Assert.StartsWith($"/caps/{problem.Index}", problem.Error.Path, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Paths(JsonNode? node, string path) => node switch
    {
        JsonObject map => map.SelectMany(entry => Paths(entry.Value, $"{path}/{entry.Key}")).Append(path),
        JsonArray list => list.SelectMany((item, index) => Paths(item, $"{path}/{index}")).Append(path),
        _ => [path],
    };

    private static JsonNode Replace(JsonNode root, string path, JsonNode? other)
    {
        var at = root;
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts.SkipLast(1))
        {
            at = at is JsonArray list ? list[int.Parse(part, null)]! : at[part]!;
        }

        switch (at)
        {
            case JsonArray list when parts.Length > 0:
                list[int.Parse(parts[^1], null)] = other;
                break;
            case JsonObject map when parts.Length > 0:
                map[parts[^1]] = other;
                break;
            default:
                return other ?? JsonValue.Create("null");
        }

        return root;
    }

    private static void ForSeeds(Action<int> check) => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), check).Check(ManyTimes);
}
