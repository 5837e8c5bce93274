using System.Text;
using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Urns;
using static Capns.Core.Tests.Caps.Validation.CallExample;

namespace Capns.Core.Tests.Caps.Validation;

/// <summary>Each text of CapNs spec 10.3.</summary>
public sealed class ErrorTextTests
{
    private static readonly CallValidator Validator = new();

    [Fact]
    public async Task UnknownCap_NobodyRegisteredIt_SaysSo()
    {
        var error = (await new SchemaValidator().ValidateInputsAsync(CapUrn.Parse(Urn), [])).Error!;

        Expect(error, CapValidationErrorKind.UnknownCap, $"Unknown cap '{Urn}' - cap not registered or advertised");
    }

    [Fact]
    public async Task MissingRequiredArgument_PositionalAndNamed_NamesIt()
    {
        var positional = (await Validator.ValidatePositionalAsync(Cap(Positional(0, "media:x")), [])).Error!;
        var named = (await Validator.ValidateNamedAsync(Cap(Flag("media:x")), (IReadOnlyList<NamedValue>)[])).Error!;

        Expect(
            positional,
            CapValidationErrorKind.MissingRequiredArgument,
            $"Cap '{Urn}' requires argument 'media:x' but it was not provided");
        Expect(
            named,
            CapValidationErrorKind.MissingRequiredArgument,
            $"Cap '{Urn}' requires argument 'media:x (expected as named argument)' but it was not provided");
        Assert.Equal("media:x", named.Field);
    }

    [Fact]
    public async Task UnknownArgument_NoSuchName_NamesIt()
    {
        var error = (await Validator.ValidateNamedAsync(Cap(), [new NamedValue("media:y", Value("1"))])).Error!;

        Expect(
            error,
            CapValidationErrorKind.UnknownArgument,
            $"Cap '{Urn}' does not accept argument 'media:y' - check capability definition for valid arguments");
        Assert.Equal("media:y", error.Field);
    }

    [Fact]
    public async Task InvalidType_ArgumentAndOutput_NameSpecValueAndErrors()
    {
        var spec = Spec(schema: """{"type":"object","required":["a","b"]}""");

        var argument = (await ArgumentAsync(spec, """{ "c" : "\"é" }""")).Error!;
        var output = (await OutputAsync(spec, "7")).Error!;

        Assert.NotEmpty(argument.Errors);
        Expect(
            argument,
            CapValidationErrorKind.InvalidArgumentType,
            $"Cap '{Urn}' argument '{Own}' expects media_spec '{Own}' but validation failed for value {{\"c\":\"\\\"é\"}}: "
            + string.Join("; ", argument.Errors));
        Expect(
            output,
            CapValidationErrorKind.InvalidOutputType,
            $"Cap '{Urn}' output expects media_spec '{Own}' but validation failed for value 7: {string.Join("; ", output.Errors)}");
        Assert.Equal((Own, Own, "{\"c\":\"\\\"é\"}"), (argument.Field, argument.MediaSpec, argument.Value));
        Assert.Equal(("output", Own, "7"), (output.Field, output.MediaSpec, output.Value));
    }

    [Fact]
    public async Task RuleBroken_ArgumentAndOutput_NameSpecRuleAndValue()
    {
        var spec = Spec(rules: new() { MaxLength = 2 });

        Expect(
            (await ArgumentAsync(spec, "\"abc\"")).Error!,
            CapValidationErrorKind.MediaSpecValidationFailed,
            $"Cap '{Urn}' argument '{Own}' failed media spec '{Own}' validation rule 'maximum length 2' with value: \"abc\"");
        Expect(
            (await OutputAsync(spec, "\"abc\"")).Error!,
            CapValidationErrorKind.OutputMediaSpecValidationFailed,
            $"Cap '{Urn}' output failed media spec '{Own}' validation rule 'maximum length 2' with value: \"abc\"");
    }

    [Fact]
    public async Task InvalidCapSchema_NoOutputDefined_SaysSo() =>
        Expect(
            (await Validator.ValidateOutputAsync(Cap(), Value("1"))).Error!,
            CapValidationErrorKind.InvalidCapSchema,
            $"Cap '{Urn}' has invalid schema: No output definition specified");

    [Fact]
    public async Task TooManyArguments_OneTooMany_NamesBothNumbers() =>
        Expect(
            (await Validator.ValidatePositionalAsync(Cap(Positional(0, Own), Flag("media:f")), [Value("1"), Value("2")])).Error!,
            CapValidationErrorKind.TooManyArguments,
            $"Cap '{Urn}' expects at most 1 arguments but received 2");

    [Theory]
    [InlineData("""{"name":"media:x"}""", """named arguments must be an array of {"name", "value"}""")]
    [InlineData("""[{"name":"a","value":1},{"name":7,"value":1}]""", """named argument 1 must be an object with a string "name" and a "value" """)]
    [InlineData("""[{"name":"media:x"}]""", """named argument 0 must be an object with a string "name" and a "value" """)]
    [InlineData("""["x"]""", """named argument 0 must be an object with a string "name" and a "value" """)]
    public async Task JsonParseError_ListOfNamedValuesIsNone_NamesThePlace(string list, string problem) =>
        Expect(
            (await Validator.ValidateNamedAsync(Cap(), Value(list))).Error!,
            CapValidationErrorKind.JsonParseError,
            $"Cap '{Urn}' JSON parsing failed: {problem.TrimEnd()}");

    [Fact]
    public async Task JsonParseError_OutputIsNoJson_SaysSo()
    {
        var error = (await Validator.ValidateOutputTextAsync(CapOf(Spec()), Encoding.UTF8.GetBytes("{"))).Error!;

        Assert.Equal(CapValidationErrorKind.JsonParseError, error.Kind);
        Assert.StartsWith($"Cap '{Urn}' JSON parsing failed: ", error.Message, StringComparison.Ordinal);
        Assert.True((await Validator.ValidateOutputTextAsync(CapOf(Spec()), Encoding.UTF8.GetBytes("{}"))).IsValid);
    }

    [Fact]
    public async Task SchemaValidationFailed_ErrorOfThePlainValidator_IsToldOfTheCapability()
    {
        var cap = CapOf(Spec(schema: """{"type":"string"}"""));

        var plain = await new JsonSchemaValidator().ValidateArgumentAsync(cap, cap.Args[0], Value("7"));
        var error = plain!.AsSchemaValidationFailed(cap.Urn, Own);

        Expect(
            error,
            CapValidationErrorKind.SchemaValidationFailed,
            $"Cap '{Urn}' schema validation failed for '{Own}': {string.Join("; ", plain.Errors)}");
    }

    [Fact]
    public async Task InvalidMediaSpec_NobodyKnowsIt_SaysWhy()
    {
        var cap = Cap(Positional(0, "media:bytes;djvu")) with { Output = new CapOutput { MediaUrn = "media:bytes;djvu", Description = "d" } };
        const string Why = "cannot resolve media URN 'media:bytes;djvu' - not found in media_specs, built-in specs or registry";

        Expect(
            (await Validator.ValidateArgumentAsync(cap, cap.Args[0], Value("1"))).Error!,
            CapValidationErrorKind.InvalidMediaSpec,
            $"Cap '{Urn}' has invalid media_spec for 'media:bytes;djvu': {Why}");
        Expect(
            (await Validator.ValidateOutputAsync(cap, Value("1"))).Error!,
            CapValidationErrorKind.InvalidMediaSpec,
            $"Cap '{Urn}' has invalid media_spec for 'output': {Why}");
    }

    [Fact]
    public async Task ThrowIfInvalid_AnError_IsCarried()
    {
        var refused = await ArgumentAsync(Spec(schema: "false"), "1");
        var accepted = await ArgumentAsync(Spec(), "1");

        Assert.Same(refused.Error, Assert.Throws<CapValidationException>(refused.ThrowIfInvalid).Error);
        accepted.ThrowIfInvalid();
    }

    private static void Expect(CapValidationError error, CapValidationErrorKind kind, string message)
    {
        Assert.Equal(message, error.Message);
        Assert.Equal(kind, error.Kind);
        Assert.Equal(Urn, error.CapUrn);
    }
}
