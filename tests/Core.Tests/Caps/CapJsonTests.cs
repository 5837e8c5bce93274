using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Caps;

/// <summary>Definitions in JSON (CapNs spec 7.1).</summary>
public sealed class CapJsonTests
{
    internal const string Everything = """
        {"urn":"cap:in=\"media:pdf;bytes\";op=extract_metadata;out=\"media:file-metadata;textable;form=map\"","title":"Extract metadata",
        "command":"extract-metadata","cap_description":"Reads it.","metadata":{"a":"1","b":"2"},
        "media_specs":[{"urn":"media:report","media_type":"application/json","title":"Report","profile_uri":"https://x/y",
        "schema":{"type":"object"},"description":"d","validation":{"min":-1.5,"max":1E+300,"min_length":0,"max_length":9,"pattern":"^a","allowed_values":["a","é"]},
        "metadata":[1],"extensions":["json"]}],
        "args":[{"media_urn":"media:pdf;bytes","required":true,"sources":[{"stdin":"media:pdf;bytes"},{"position":0}],
        "arg_description":"which","default_value":false,"metadata":{"k":[null]}},{"media_urn":"media:q","required":false,"sources":[{"cli_flag":"--q"}]}],
        "output":{"media_urn":"media:file-metadata;textable;form=map","output_description":"metadata","metadata":7},
        "metadata_json":{"x":1},"registered_by":{"username":"u","registered_at":"2026-02-07T00:00:00Z"}}
        """;

    [Fact]
    public void Parse_EveryMember_IsReadAndWrittenInTheOrderOfTheSpec()
    {
        var cap = Cap.Parse(Everything);

        Assert.Equal("Reads it.", cap.Description);
        Assert.Equal([new ArgSource.Stdin("media:pdf;bytes"), new ArgSource.Position(0)], cap.Args[0].Sources);
        Assert.Equal((-1.5, 1E+300, 0, 9), (cap.MediaSpecs[0].Validation!.Min, cap.MediaSpecs[0].Validation!.Max, cap.MediaSpecs[0].Validation!.MinLength, cap.MediaSpecs[0].Validation!.MaxLength));
        Assert.Equal(Everything.ReplaceLineEndings(""), cap.ToJson());
        Assert.Equal(cap, Cap.Parse(cap.ToJson(indented: true)));
    }

    [Fact]
    public void ToJson_OnlyWhatIsRequired_LeavesTheRestOut()
    {
        var cap = new Cap { Urn = CapUrn.Parse("CAP:op=demo;out=*;in=media:void;"), Title = "Demo", Command = "demo" };

        Assert.Equal("""{"urn":"cap:in=media:void;op=demo;out","title":"Demo","command":"demo"}""", cap.ToJson());
    }

    [Fact]
    public void JsonSerializer_CapInAnotherValue_GoesThroughTheConverter()
    {
        var cap = Cap.Parse(Everything);

        var back = JsonSerializer.Deserialize<Dictionary<string, Cap[]>>(JsonSerializer.Serialize(new Dictionary<string, Cap[]> { ["caps"] = [cap] }));

        Assert.Equal(cap, back!["caps"][0]);
        var error = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Cap>("""{"urn":"cap:in;out","title":1,"command":"c"}"""));
        Assert.Equal("/title", Assert.IsType<CapDefinitionException>(error.InnerException).Error.Path);
    }

    [Fact]
    public void Parse_NullWhereItIsAllowed_IsAbsence()
    {
        var cap = Cap.Parse("""
            {"urn":"cap:in;out","title":"t","command":"c","cap_description":null,"output":null,"metadata_json":null,"registered_by":null,
            "args":[{"media_urn":"media:a","required":true,"sources":[{"position":0}],"arg_description":null,"default_value":null,"metadata":null}]}
            """);

        Assert.Equal(
            """{"urn":"cap:in;out","title":"t","command":"c","args":[{"media_urn":"media:a","required":true,"sources":[{"position":0}]}]}""",
            cap.ToJson());
    }

    [Theory]
    [InlineData("""{"metadata":null}""", "/metadata", "must be an object; it is null")]
    [InlineData("""{"metadata":{"a":1}}""", "/metadata/a", "must be a string; it is a number")]
    [InlineData("""{"media_specs":null}""", "/media_specs", "must be an array; it is null")]
    [InlineData("""{"args":null}""", "/args", "must be an array; it is null")]
    [InlineData("""{"args":{}}""", "/args", "must be an array; it is an object")]
    [InlineData("""{"args":[3]}""", "/args/0", "must be an object; it is a number")]
    [InlineData("""{"args":[{"media_urn":"media:a","required":"yes","sources":[]}]}""", "/args/0/required", "must be true or false; it is a string")]
    [InlineData("""{"args":[{"media_urn":"media:a","required":true}]}""", "/args/0", "must have 'sources'")]
    [InlineData("""{"args":[{"media_urn":"media:a","required":true,"sources":[{}]}]}""", "/args/0/sources/0", "must have 'stdin', 'position' or 'cli_flag'")]
    [InlineData("""{"args":[{"media_urn":"media:a","required":true,"sources":[{"position":1.0}]}]}""", "/args/0/sources/0/position", "must be a whole number from 0 to 2147483647; it is 1.0")]
    [InlineData("""{"args":[{"media_urn":"media:a","required":true,"sources":[{"position":2147483648}]}]}""", "/args/0/sources/0/position", "must be a whole number from 0 to 2147483647; it is 2147483648")]
    [InlineData("""{"registered_by":{"username":"u"}}""", "/registered_by", "must have 'registered_at'")]
    [InlineData("""{"output":[]}""", "/output", "must be an object; it is an array")]
    [InlineData("""{"media_specs":[{"urn":"media:a","media_type":"x/y","title":"t","extensions":[1]}]}""", "/media_specs/0/extensions/0", "must be a string; it is a number")]
    [InlineData("""{"media_specs":[{"urn":"media:a","media_type":"x/y","title":"t","validation":{"min_length":-1}}]}""", "/media_specs/0/validation/min_length", "must be a whole number from 0 to 2147483647; it is -1")]
    public void Parse_WrongShape_NamesThePlaceAndBothKinds(string members, string path, string issue)
    {
        var json = """{"urn":"cap:in;out","title":"t","command":"c",""" + members[1..];

        Assert.False(Cap.TryParse(json, out _, out var error));

        Assert.Equal((CapRule.Structure, path, issue), (error.RuleId, error.Path, error.Issue));
    }

    [Fact]
    public void Parse_NumberThatNoDoubleHolds_IsRefused()
    {
        Assert.False(MediaSpecDef.TryParse("""{"urn":"media:a","media_type":"x/y","title":"t","validation":{"max":1e999}}""", out _, out var error));

        Assert.Equal(("STRUCT", "/validation/max"), (error.RuleId, error.Path));
        Assert.EndsWith("it is 1e999.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{\"urn\":\"\\ud800\"}")]
    [InlineData("null")]
    public void Parse_NoJsonOrNoText_IsAStructureError(string json)
    {
        Assert.False(Cap.TryParse(json, out _, out var error));

        Assert.Equal(("STRUCT", ""), (error.RuleId, error.Path));
    }

    [Fact]
    public void Parse_HalfASurrogatePairInTheText_IsAStructureError()
    {
        // Not a theory: the texts of attributes are UTF-8.
        Assert.False(Cap.TryParse("{\"urn\":\"\ud800\"}", out _, out var error));

        Assert.Equal("has half a surrogate pair, or is too long", error.Issue);
    }

    [Fact]
    public void Parse_OlderMapOfMediaSpecs_BecomesTheArray()
    {
        var cap = Cap.Parse("""
            {"urn":"cap:in;out","title":"t","command":"c","media_specs":{
            "my:a":"text/plain; charset=utf-8; profile=\"https://x/y\"","my:b":{"media_type":"application/json","schema":{"type":"object"}}}}
            """);

        Assert.Equal(["my:a", "my:b"], cap.MediaSpecs.Select(spec => spec.Urn));
        Assert.Equal(("text/plain; charset=utf-8", "https://x/y"), (cap.MediaSpecs[0].MediaType, cap.MediaSpecs[0].ProfileUri));
        Assert.Equal("application/json", cap.MediaSpecs[1].MediaType);
        Assert.StartsWith("""{"urn":"cap:in;out","title":"t","command":"c","media_specs":[{"urn":"my:a",""", cap.ToJson(), StringComparison.Ordinal);
    }
}
