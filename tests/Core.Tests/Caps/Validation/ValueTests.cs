using System.Text;
using System.Text.Json;
using Capns.Core.Caps.Validation;
using Capns.Core.Media;
using Capns.Core.Tests.Media;
using static Capns.Core.Tests.Caps.Validation.CallExample;

namespace Capns.Core.Tests.Caps.Validation;

public sealed class ValueTests
{
    private const string NotBase64 = "Expected base64-encoded string for binary type";

    [Theory]
    [InlineData(MediaUrnText.String, "\"x\"", "1")]
    [InlineData("media:string", "\"x\"", "null")]
    [InlineData(MediaUrnText.Integer, "3.0", "3.14")]
    [InlineData("media:integer", "-7", "\"7\"")]
    [InlineData(MediaUrnText.Number, "3.14", "true")]
    [InlineData("media:number", "1e9", "[]")]
    [InlineData(MediaUrnText.Boolean, "true", "\"true\"")]
    [InlineData("media:boolean", "false", "0")]
    [InlineData(MediaUrnText.Object, "{}", "[]")]
    [InlineData("media:object", "{\"a\":1}", "\"{}\"")]
    [InlineData(MediaUrnText.StringArray, "[1,\"x\",{}]", "{}")]
    [InlineData("media:string-array", "[\"x\"]", "[1]")]
    [InlineData("media:object-array", "[{}]", "[\"x\"]")]
    [InlineData(MediaUrnText.IntegerArray, "[1,2.0]", "[1,2.5]")]
    [InlineData("media:integer-array", "[]", "[\"1\"]")]
    [InlineData(MediaUrnText.NumberArray, "[1.5]", "[null]")]
    [InlineData("media:number-array", "[1]", "1")]
    [InlineData(MediaUrnText.BooleanArray, "[true]", "[1]")]
    [InlineData("media:boolean-array", "[false]", "[\"false\"]")]
    [InlineData(MediaUrnText.Binary, "\"aGk=\"", "\"hi!\"")]
    [InlineData("media:binary", "\"\"", "[104,105]")]
    [InlineData(MediaUrnText.Pdf, "\"aGk=\"", "\"aGk\"")]
    public async Task ValidateArgument_BuiltInType_TakesItsValuesAndNoOthers(string mediaUrn, string good, string bad)
    {
        var cap = Cap(Positional(0, mediaUrn));
        var validator = new CallValidator();

        var accepted = await validator.ValidateArgumentAsync(cap, cap.Args[0], Value(good));
        var refused = await validator.ValidateArgumentAsync(cap, cap.Args[0], Value(bad));

        Assert.Null(accepted.Error);
        Assert.Empty(accepted.Warnings);
        Assert.Equal(CapValidationErrorKind.InvalidArgumentType, refused.Error?.Kind);
    }

    [Theory]
    [InlineData("\"aGk=\"", null)]
    [InlineData("\"!\"", NotBase64)]
    [InlineData("7", NotBase64)]
    [InlineData("null", NotBase64)]
    public async Task Validate_Binary_MustBeBase64AndNeitherSchemaNorProfileCounts(string value, string? expected)
    {
        var spec = Spec(schema: "false", urn: "media:bytes;own", profile: "https://capns.org/schema/int");

        var argument = await ArgumentAsync(spec, value);
        var output = await OutputAsync(spec, value);

        Assert.Equal(expected is null ? [] : [expected], argument.Error?.Errors ?? []);
        Assert.Equal(expected is null ? [] : [expected], output.Error?.Errors ?? []);
    }

    [Fact]
    public async Task Validate_Binary_RulesStillCount()
    {
        var spec = Spec(urn: "media:bytes;own", rules: new() { MaxLength = 3 });

        Assert.Equal("maximum length 3", (await ArgumentAsync(spec, "\"aGk=\"")).Error!.Rule);
    }

    [Fact]
    public async Task Validate_SchemaAndProfile_OnlyTheSchemaCounts()
    {
        var spec = Spec(schema: """{"type":"string"}""", profile: "https://capns.org/schema/int");

        Assert.Null((await ArgumentAsync(spec, "\"x\"")).Error);
        Assert.NotNull((await ArgumentAsync(spec, "7")).Error);
    }

    [Fact]
    public async Task Validate_SchemaThenRules_BothCount()
    {
        var spec = Spec(schema: """{"type":"integer"}""", rules: new() { Max = 3 });

        Assert.Equal(CapValidationErrorKind.InvalidArgumentType, (await ArgumentAsync(spec, "7.5")).Error!.Kind);
        Assert.Equal(CapValidationErrorKind.MediaSpecValidationFailed, (await ArgumentAsync(spec, "7")).Error!.Kind);
        Assert.Null((await ArgumentAsync(spec, "3")).Error);
    }

    [Fact]
    public async Task Validate_SchemaIsNone_IsTheDefinitionsFault()
    {
        var error = (await OutputAsync(Spec(schema: """{"type":"text"}"""), "1")).Error!;

        Assert.Equal(CapValidationErrorKind.InvalidCapSchema, error.Kind);
        Assert.StartsWith(
            $"Cap '{Urn}' has invalid schema: Schema compilation failed: media spec '{Own}': ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_NeitherSchemaNorProfileNorRules_TakesAnything() => Assert.True((await ArgumentAsync(Spec(), "[{}]")).IsValid);

    [Fact]
    public async Task Validate_ManyValues_CompilesEachSchemaOnce()
    {
        var validator = new CallValidator();
        for (var i = 0; i < 5; i++)
        {
            await ArgumentAsync(Spec(schema: """{"type":"integer"}"""), "1", validator);
            await ArgumentAsync(Spec(schema: """{"type":"string"}"""), "1", validator);
        }

        Assert.Equal(2, validator.CompiledSchemas);
    }

    [Fact]
    public async Task Validate_ValueThatCannotBeRead_IsRefusedAndNotThrownOn()
    {
        using var broken = JsonDocument.Parse(Encoding.Latin1.GetBytes("\"\u00e9\""));
        var cap = CapOf(Spec(rules: new() { MinLength = 1 }));
        var validator = new CallValidator();

        var unreadable = (await validator.ValidateArgumentAsync(cap, cap.Args[0], broken.RootElement)).Error!;
        var absent = (await validator.ValidateOutputAsync(cap, default)).Error!;

        Assert.Equal(["Invalid JSON value for validation: it is not valid UTF-8"], unreadable.Errors);
        Assert.Equal(CapValidationErrorKind.InvalidOutputType, absent.Kind);
        Assert.Equal(["Invalid JSON value for validation: it is not a JSON value"], absent.Errors);
    }

    [Fact]
    public async Task Validate_LongValue_IsCutOffInTheError()
    {
        var error = (await ArgumentAsync(Spec(schema: "false"), $"\"{new string('x', 5000)}\"")).Error!;

        Assert.Equal(CapValidationError.MaxValueLength + 1, error.Value!.Length);
        Assert.EndsWith("…", error.Value, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 1500, error.Message);
    }

    [Theory]
    [InlineData(MissingProfileSchema.Skip, true, 0)]
    [InlineData(MissingProfileSchema.Warn, true, 1)]
    [InlineData(MissingProfileSchema.Fail, false, 0)]
    public async Task Validate_ProfileNobodyKnows_IsForThePolicyToDecide(MissingProfileSchema policy, bool isValid, int warnings)
    {
        var validator = new CallValidator(missingProfileSchema: policy);

        var result = await ArgumentAsync(Spec(profile: "https://example.org/p"), "1", validator);

        Assert.Equal(isValid, result.IsValid);
        Assert.Equal(warnings, result.Warnings.Count);
        var told = isValid ? result.Warnings : result.Error!.Errors;
        Assert.All(told, text => Assert.Contains("'https://example.org/p' could not be obtained: nobody knows it", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Validate_ProfilesCannotBeAsked_SaysWhy()
    {
        var validator = new CallValidator(profiles: new ScriptedProfiles(null, "no route"));

        var result = await ArgumentAsync(Spec(profile: "https://example.org/p"), "1", validator);

        Assert.Contains("no route", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_ProfileOfASource_Counts()
    {
        var validator = new CallValidator(profiles: new ScriptedProfiles("""{"const":7}""", null));

        Assert.True((await ArgumentAsync(Spec(profile: "https://example.org/p"), "7", validator)).IsValid);
        Assert.False((await ArgumentAsync(Spec(profile: "https://example.org/p"), "8", validator)).IsValid);
    }

    [Fact]
    public async Task Validate_RulesAfterAMissingProfile_StillCount()
    {
        var result = await ArgumentAsync(Spec(profile: "https://example.org/p", rules: new() { Min = 5 }), "1");

        Assert.Equal("minimum value 5", result.Error!.Rule);
        Assert.Single(result.Warnings);
    }

    [Fact]
    public async Task Validate_SourceUnreachable_IsAnInvalidMediaSpecThatSaysSo()
    {
        var cap = Cap(Positional(0, "media:far"));
        var validator = new CallValidator(ScriptedSource.Unreachable("no route"));

        var error = (await validator.ValidateArgumentAsync(cap, cap.Args[0], Value("1"))).Error!;

        Assert.Equal(CapValidationErrorKind.InvalidMediaSpec, error.Kind);
        Assert.Contains("no route", error.Message, StringComparison.Ordinal);
    }

    private sealed class ScriptedProfiles(string? schema, string? failure) : IProfileSchemaSource
    {
        public ValueTask<JsonElement?> FindAsync(string profileUri, CancellationToken cancellationToken = default) =>
            failure is not null ? throw new MediaSourceUnreachableException(failure)
            : schema is null ? default
            : new ValueTask<JsonElement?>(Value(schema));
    }
}
