using System.Text.Json;
using Capns.Core.Caps;
using static Capns.Core.Tests.Caps.Example;

namespace Capns.Core.Tests.Caps;

/// <summary>Manifests of plugins (CapNs spec 14.1).</summary>
public sealed class CapManifestTests
{
    private const string Good = """{"urn":"cap:in=media:void;op=demo;out=media:void","title":"Demo","command":"demo"}""";

    [Fact]
    public void Parse_Manifest_IsReadAndWrittenTheSame()
    {
        const string json = $$"""{"name":"n","version":"1.0","description":"d","caps":[{{Good}}],"author":"a","page_url":"https://x"}""";

        var manifest = CapManifest.Parse(json);

        Assert.Equal([Cap()], manifest.Caps);
        Assert.Equal(json, manifest.ToJson());
        Assert.Equal(manifest, JsonSerializer.Deserialize<CapManifest>(JsonSerializer.Serialize(manifest)));
        Assert.NotEqual(manifest, manifest with { Caps = [] });
    }

    [Fact]
    public void Parse_OptionalMembersAreMissingOrNull_AreLeftOut() => Assert.Equal(
        """{"name":"n","version":"1","description":"d","caps":[]}""",
        CapManifest.Parse("""{"unknown":[1],"caps":[],"page_url":null,"description":"d","version":"1","name":"n"}""").ToJson());

    [Theory]
    [InlineData("""{"version":"1","description":"d","caps":[]}""", "", "must have 'name'")]
    [InlineData("""{"name":"n","description":"d","caps":[]}""", "", "must have 'version'")]
    [InlineData("""{"name":"n","version":"1","caps":[]}""", "", "must have 'description'")]
    [InlineData("""{"name":"n","version":"1","description":"d"}""", "", "must have 'caps'")]
    [InlineData("""{"name":"n","version":1,"description":"d","caps":[]}""", "/version", "must be a string; it is a number")]
    [InlineData("""{"name":"n","version":"1","description":"d","caps":{}}""", "/caps", "must be an array; it is an object")]
    [InlineData("[]", "", "must be an object; it is an array")]
    public void Read_ManifestItselfIsWrong_IsAnErrorInBothWays(string json, string path, string issue)
    {
        Assert.False(CapManifest.TryParse(json, out _, out var strict));
        Assert.False(CapManifest.TryReadLeniently(json, out _, out var lenient));

        Assert.Equal((CapRule.Structure, path, issue), (strict.RuleId, strict.Path, strict.Issue));
        Assert.Equal(strict, lenient);
    }

    [Fact]
    public void TryReadLeniently_SomeCapsAreWrong_KeepsTheOthersAndSaysWhatIsWrongWithEach()
    {
        const string json = $$"""
            {"name":"n","version":"1","description":"d","caps":[{"urn":"cap:op=old","title":"t","command":"c"},{{Good}},7,
            {"urn":"cap:in;out","title":"t","command":"c","args":[{"media_urn":"media:a","required":true,"sources":[]}]}]}
            """;

        Assert.True(CapManifest.TryReadLeniently(json, out var reading, out _));

        Assert.Equal([Cap()], reading.Manifest.Caps);
        Assert.Equal(
            [(0, "CU1", "/caps/0/urn", "cap:op=old"), (2, "STRUCT", "/caps/2", null), (3, "RULE2", "/caps/3/args/0/sources", "cap:in;out")],
            reading.Problems.Select(problem => (problem.Index, problem.Error.RuleId, problem.Error.Path, problem.Urn)));
        Assert.Equal("7", reading.Problems[1].Definition.GetRawText());
        Assert.False(CapManifest.TryParse(json, out _, out var strict));
        Assert.Equal(reading.Problems[0].Error, strict);
    }

    [Fact]
    public void Read_ArgumentWithName_IsIgnoredAsByTheReference() => Assert.True(CapManifest.TryParse(
        """
        {"name":"n","version":"1","description":"d","caps":[{"urn":"cap:in;out","title":"t","command":"c",
        "args":[{"media_urn":"media:a","required":true,"name":"alpha","sources":[{"position":0}]}]}]}
        """, out _, out _));
}
