using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Core.Caps.Validation;
using Capns.Core.Tests.Validation;
using static Capns.Core.Tests.Caps.Validation.CallExample;

namespace Capns.Core.Tests.Caps.Validation;

/// <summary>Media specs may carry schemas of draft 7 or newer (CapNs spec 10.1).</summary>
public sealed class OlderSchemaTests
{
    private const string Draft7 = "\"$schema\":\"http://json-schema.org/draft-07/schema#\"";
    private const string Draft2019 = "\"$schema\":\"https://json-schema.org/draft/2019-09/schema\"";

    [Theory]
    [InlineData("\"items\":[{\"type\":\"string\"},{\"type\":\"integer\"}]", "[\"a\",1,null]", "[\"a\",\"b\"]")]
    [InlineData("\"items\":[{\"type\":\"string\"}],\"additionalItems\":false", "[\"a\"]", "[\"a\",1]")]
    [InlineData("\"items\":[{}],\"additionalItems\":{\"items\":[{\"const\":1}]}", "[0,[1]]", "[0,[2]]")]
    [InlineData("\"items\":[],\"additionalItems\":{\"const\":1}", "[1]", "[2]")]
    [InlineData("\"items\":{\"const\":1},\"additionalItems\":false", "[1,1]", "[2]")]
    [InlineData("\"items\":{\"items\":[{\"const\":1}]}", "[[1,2]]", "[[2]]")]
    [InlineData("\"dependencies\":{\"a\":[\"b\"],\"c\":{\"required\":[\"d\"]}}", "{\"a\":1,\"b\":1,\"c\":1,\"d\":1}", "{\"a\":1}")]
    [InlineData("\"dependencies\":{\"a\":[\"b\"],\"c\":{\"required\":[\"d\"]}}", "{}", "{\"c\":1}")]
    [InlineData("\"definitions\":{\"x\":{\"items\":[{\"const\":1}]}},\"$ref\":\"#/definitions/x\"", "[1]", "[2]")]
    [InlineData("\"definitions\":{\"x\":{\"$id\":\"#named\",\"const\":1}},\"allOf\":[{\"$ref\":\"#named\"}]", "1", "2")]
    [InlineData("\"properties\":{\"items\":{\"const\":[1]}}", "{\"items\":[1]}", "{\"items\":[2]}")]
    [InlineData("\"properties\":{\"dependencies\":{\"items\":[{\"const\":1}]}}", "{\"dependencies\":[1]}", "{\"dependencies\":[2]}")]
    [InlineData("\"if\":{\"items\":[{\"const\":1}]},\"then\":{\"maxItems\":1}", "[2,2]", "[1,2]")]
    [InlineData("\"enum\":[{\"items\":[1],\"$ref\":\"x\",\"y\":1}]", "{\"items\":[1],\"$ref\":\"x\",\"y\":1}", "{\"items\":[1]}")]
    public async Task Validate_Draft7_MeansWhatItMeantThere(string keywords, string good, string bad)
    {
        var schema = $"{{{Draft7},{keywords}}}";

        Assert.Null((await ArgumentAsync(Spec(schema), good)).Error);
        Assert.NotEmpty((await ArgumentAsync(Spec(schema), bad)).Error?.Errors ?? []);
    }

    [Fact]
    public async Task Validate_Draft7KeywordsBesideARef_DoNotCount()
    {
        const string Keywords = "\"properties\":{\"a\":{\"$ref\":\"#/definitions/x\",\"maximum\":1}},\"definitions\":{\"x\":{\"type\":\"integer\"}}";

        Assert.True((await ArgumentAsync(Spec($"{{{Draft7},{Keywords}}}"), """{"a":5}""")).IsValid);
        Assert.False((await ArgumentAsync(Spec($"{{{Draft2019},{Keywords}}}"), """{"a":5}""")).IsValid);
        Assert.False((await ArgumentAsync(Spec($"{{{Keywords}}}"), """{"a":5}""")).IsValid);
    }

    [Theory]
    [InlineData("\"items\":[{\"const\":1}],\"additionalItems\":false", "[1]", "[1,1]")]
    [InlineData("\"dependentRequired\":{\"a\":[\"b\"]}", "{}", "{\"a\":1}")]
    [InlineData("\"type\":[\"array\",\"null\"],\"items\":{\"$recursiveRef\":\"#\"}", "[[null]]", "[[1]]")]
    [InlineData("\"$recursiveAnchor\":true,\"type\":[\"array\",\"null\"],\"items\":{\"$recursiveRef\":\"#\"}", "[[null]]", "[[1]]")]
    [InlineData("\"$recursiveAnchor\":false,\"type\":[\"array\",\"null\"],\"items\":{\"$recursiveRef\":\"#\"}", "[[null]]", "[[1]]")]
    public async Task Validate_Draft2019_MeansWhatItMeantThere(string keywords, string good, string bad)
    {
        var schema = $"{{{Draft2019},{keywords}}}";

        Assert.Null((await ArgumentAsync(Spec(schema), good)).Error);
        Assert.NotEmpty((await ArgumentAsync(Spec(schema), bad)).Error?.Errors ?? []);
    }

    [Fact]
    public async Task Validate_NoDraftNamedAndOnlyDraft7CanBeMeant_IsReadAsThat()
    {
        const string Schema = """{"items":[{"const":1}],"additionalItems":false}""";

        Assert.True((await ArgumentAsync(Spec(Schema), "[1]")).IsValid);
        Assert.False((await ArgumentAsync(Spec(Schema), "[1,2]")).IsValid);
    }

    [Theory]
    [InlineData("http://json-schema.org/draft-04/schema#")]
    [InlineData("https://example.org/other")]
    public async Task Validate_AnotherDialect_IsTheDefinitionsFault(string dialect)
    {
        var error = (await ArgumentAsync(Spec($$"""{"$schema":"{{dialect}}"}"""), "1")).Error!;

        Assert.Contains("/$schema", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"$schema":7}""")]
    [InlineData("7")]
    [InlineData("""{"items":[{"type":7}]}""")]
    [InlineData("""{"type":"string","type":"number"}""")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":true,"a":false}}""")]
    public async Task Validate_NoSchemaAtAll_IsTheDefinitionsFault(string schema) =>
        Assert.StartsWith(
            $"Cap '{Urn}' has invalid schema: Schema compilation failed: ",
            (await ArgumentAsync(Spec(schema), "1")).Error!.Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task Validate_RandomSchemasWithoutMovedKeywords_MeanTheSameInEitherDraft()
    {
        var validator = new CallValidator();
        var (refused, accepted) = (0, 0);
        foreach (var seed in Enumerable.Range(0, 3000))
        {
            var random = new RandomJson(seed);
            var (schema, value) = (random.Schema(), random.Value().GetRawText());
            if (schema.ValueKind != JsonValueKind.Object || !IsJson(schema.GetRawText(), allowsDuplicates: false))
            {
                continue;
            }

            var now = (await ArgumentAsync(Spec(Named(schema, "draft/2020-12")), value, validator)).Error;
            if (now?.Kind == CapValidationErrorKind.InvalidCapSchema)
            {
                continue;
            }

            var then = (await ArgumentAsync(Spec(Named(schema, "draft/2019-09")), value, validator)).Error;

            Assert.True(now?.Message == then?.Message, $"seed {seed}: {schema}: {now?.Message} | {then?.Message}");
            (refused, accepted) = now is null ? (refused, accepted + 1) : (refused + 1, accepted);
        }

        Assert.True(refused > 100 && accepted > 100, $"{refused} refused, {accepted} accepted");
    }

    [Fact]
    public async Task Validate_AnythingForASchema_AnswersWithoutThrowing()
    {
        var validator = new CallValidator();
        foreach (var seed in Enumerable.Range(0, 2000))
        {
            var random = new RandomJson(seed);
            var text = random.Mutate($"{{{(seed % 2 == 0 ? Draft7 : Draft2019)},{random.Schema().GetRawText().TrimStart('{')}");
            if (IsJson(text, allowsDuplicates: true))
            {
                var kind = (await ArgumentAsync(Spec(text), random.Value().GetRawText(), validator)).Error?.Kind;

                Assert.True(kind is null or CapValidationErrorKind.InvalidArgumentType or CapValidationErrorKind.InvalidCapSchema);
            }
        }
    }

    private static string Named(JsonElement schema, string dialect)
    {
        var named = JsonNode.Parse(schema.GetRawText())!;
        named["$schema"] = $"https://json-schema.org/{dialect}/schema";
        return named.ToJsonString();
    }

    private static bool IsJson(string text, bool allowsDuplicates)
    {
        try
        {
            JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = allowsDuplicates }).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
