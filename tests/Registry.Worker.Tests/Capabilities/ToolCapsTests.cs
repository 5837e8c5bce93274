using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Urns;
using Capns.Messaging.Capabilities;
using Capns.Registry.Worker.Capabilities;
using Xunit;

namespace Capns.Registry.Worker.Tests.Capabilities;

public sealed class ToolCapsTests
{
    private const string Thumbnail = "cap:in=\"media:image;png;bytes\";op=generate_thumbnail;out=\"media:image;png;bytes;thumbnail\"";

    private const string Parameters = """
        {"type":"object","required":["file","size"],"properties":{
          "note":{"type":["string","null"],"description":"Said with it."},
          "file":{"type":"string","contentEncoding":"base64"},
          "size":{"type":"integer"},
          "options":{"type":"object"},
          "help":{"type":"boolean","default":false},
          "anything":{"$ref":"#/$defs/x"}}}
        """;

    [Fact]
    public void Define_EachProperty_IsAnArgumentByItsKind()
    {
        var cap = Define(Thumbnail, Parameters);

        var args = cap.Args.Select(arg => (
            Parameter: Member(arg.Metadata, "parameter"),
            Encoding: Member(arg.Metadata, "encoding"),
            arg.MediaUrn,
            Sources: string.Join(' ', arg.Sources.Select(Source))));
        Assert.Equal(
            [
                ("note", "text", "media:form=scalar;parameter=note;textable", "--note"),
                ("file", "base64", "media:image;png;bytes", "stdin 0"),
                ("size", "json", "media:form=scalar;integer;numeric;parameter=size;textable", "1"),
                ("options", "json", "media:form=map;parameter=options;textable", "--options"),
                ("help", "json", "media:bool;form=scalar;parameter=help;textable", "--parameter-help"),
                ("anything", "any", "media:parameter=anything;textable", "--anything"),
            ],
            args);
        Assert.Equal("Said with it.", cap.Args[0].Description);
        Assert.Equal(JsonValueKind.False, cap.Args[4].DefaultValue!.Value.ValueKind);
    }

    // What decides where standard input goes: a capability without input has none; otherwise it is the first that is required, else the only one.
    [Theory]
    [InlineData("cap:in=media:void;op=x;out", """{"properties":{"a":{"type":"string"}},"required":["a"]}""", null)]
    [InlineData("cap:in;op=x;out", """{"properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["b"]}""", "b")]
    [InlineData("cap:in;op=x;out", """{"properties":{"a":{"type":"string"}}}""", "a")]
    [InlineData("cap:in;op=x;out", """{"properties":{"a":{"type":"string"},"b":{"type":"string"}}}""", null)]
    [InlineData("cap:in;op=x;out", """{"type":"object"}""", null)]
    public void Define_StandardInput_GoesToTheMainParameter(string urn, string parameters, string? main) =>
        Assert.Equal(main, Define(urn, parameters).Args.Where(arg => arg.Stdin is not null).Select(arg => Member(arg.Metadata, "parameter")).SingleOrDefault());

    [Theory]
    [InlineData("media:bytes;image", """{"type":"string","contentEncoding":"base64"}""", "base64", null)]
    [InlineData("media:bytes;image", """{"type":"object","properties":{"png":{"type":"string","contentEncoding":"base64"},"width":{"type":"integer"}}}""", "base64", "png")]
    [InlineData("media:bytes;image", """{"type":"object","properties":{"a":{"type":"string","contentEncoding":"base64"},"b":{"type":"string","contentEncoding":"base64"}}}""", "json", null)]
    [InlineData("media:textable;form=scalar", """{"type":"string"}""", "text", null)]
    [InlineData("media:textable;form=map", """{"type":"object"}""", "json", null)]
    [InlineData("media:textable;form=scalar", null, "json", null)]
    [InlineData("*", """{"type":"string","contentEncoding":"base64"}""", "base64", null)]
    [InlineData("*", """{"type":"string"}""", "text", null)]
    public void Define_Output_SaysHowTheResultIsRead(string output, string? returnType, string encoding, string? member)
    {
        var tool = new ToolShape("t", null, JsonElement.Parse("{}"), returnType is null ? null : JsonElement.Parse(returnType));
        var cap = new ToolCaps(tool).Define(CapUrn.Parse($"cap:in;op=x;out=\"{output}\""));

        Assert.Equal((encoding, member), (Member(cap.Output!.Metadata, "encoding"), Member(cap.Output.Metadata, "member")));
        Assert.Equal(output == "*" ? encoding == "text" ? "media:form=scalar;textable" : "media:bytes" : output, cap.Output.MediaUrn);
    }

    [Theory]
    [InlineData("""{"anyOf":[{"type":"integer"}]}""", "any")]
    [InlineData("""{"$ref":"#/$defs/x"}""", "any")]
    [InlineData("""{"type":["string","integer"]}""", "any")]
    [InlineData("""{"type":["null"]}""", "any")]
    [InlineData("""{"enum":[1,"a"]}""", "any")]
    [InlineData("true", "any")]
    [InlineData("""{"type":["null","integer"]}""", "json")]
    [InlineData("""{"type":"integer","contentEncoding":"base64"}""", "json")]
    public void Define_TypeThatTheSchemaDoesNotSay_IsAny(string schema, string encoding) =>
        Assert.Equal(encoding, Member(Define("cap:in;op=x;out", """{"properties":{"p":""" + schema + "}}").Args.Single().Metadata, "encoding"));

    [Fact]
    public void Define_NamesThatAreHardToWrite_StayApartAndCanBeReadBack()
    {
        string[] names = ["", "*", "?", "!", "a b", "\"", "\\", ";", "Ä", "😀", "help", "parameter-help", "version", "\t"];
        var schema = JsonSerializer.Serialize(new { properties = names.ToDictionary(name => name, _ => new { type = "string" }) });

        var cap = Define("cap:in;op=x;out", schema);

        Assert.Equal(names.Skip(1), cap.Args.Select(arg => Member(arg.Metadata, "parameter")));
        Assert.Equal(cap.Args.Count, cap.Args.Select(arg => arg.MediaUrn).Distinct().Count());
        Assert.Equal(cap.Args.Count, cap.Args.Select(arg => arg.CliFlag!.Flag).Distinct().Count());
        Assert.DoesNotContain(cap.Args, arg => arg.CliFlag!.Flag is "--help" or "--version");
        Assert.Equal(cap, Cap.Parse(cap.ToJson()));
    }

    [Fact]
    public void Define_InputIsCalledLikeAnotherParameter_ArgumentsStayApart()
    {
        var cap = Define(
            "cap:in=\"media:form=scalar;parameter=b;textable\";op=x;out",
            """{"properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]}""");

        Assert.Equal(["media:form=scalar;parameter=a;textable", "media:form=scalar;parameter=b;textable"], cap.Args.Select(arg => arg.MediaUrn));
        Assert.Equal("""{"a":"1"}""", ParameterMapping.ToParameters(new CapCall { Stdin = new StdinSource.Data("1"u8.ToArray()) }, cap).GetRawText());
    }

    [Fact]
    public void Define_ManyCapabilitiesOfOneTool_ShareTheirArguments()
    {
        var caps = OfferedCapabilities.Of(
            ["cap:in=media:a;op=x;out", "cap:in=media:b;op=y;out", "cap:in=media:void;op=z;out"],
            new ToolShape("tool", null, JsonElement.Parse(Parameters), null)).Caps;

        Assert.Equal(["media:a", "media:b"], caps.Take(2).Select(cap => cap.Args[1].MediaUrn));
        Assert.All(new[] { 0, 2, 3, 4, 5 }, at => Assert.Single(caps.Select(cap => cap.Args[at]).Distinct<object>(ReferenceEqualityComparer.Instance)));
    }

    [Fact]
    public void DefineThenMap_ACall_GivesTheParametersOfTheTool()
    {
        var cap = Define(Thumbnail, Parameters);
        var call = new CapCall
        {
            Positional = [],
            Named = [new NamedArgument("--note", "hi"), new NamedArgument("--options", """{"a":[1]}"""), new NamedArgument("--anything", "not json"), new NamedArgument(cap.Args[2].MediaUrn, "12")],
            Stdin = new StdinSource.Data(new byte[] { 1, 2, 255 }),
        };

        var parameters = ParameterMapping.ToParameters(call, cap);

        Assert.True(JsonElement.DeepEquals(
            JsonElement.Parse("""{"note":"hi","file":"AQL/","size":12,"options":{"a":[1]},"anything":"not json"}"""), parameters), parameters.GetRawText());
    }

    private static Cap Define(string urn, string parameters) =>
        new ToolCaps(new ToolShape("tool", "Does.", JsonElement.Parse(parameters), null)).Define(CapUrn.Parse(urn));

    private static string Source(ArgSource source) => source switch
    {
        ArgSource.Position position => $"{position.Index}",
        ArgSource.CliFlag flag => flag.Flag,
        _ => "stdin",
    };

    private static string? Member(JsonElement? metadata, string name) => metadata!.Value.TryGetProperty(name, out var value) ? value.GetString() : null;
}
