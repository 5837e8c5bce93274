using Capns.Core.Caps.Validation;
using static Capns.Core.Tests.Caps.Validation.CallExample;

namespace Capns.Core.Tests.Caps.Validation;

public sealed class JsonSchemaValidatorTests
{
    private static readonly JsonSchemaValidator Validator = new();

    [Fact]
    public async Task Validate_ValueAgainstTheSchema_NamesArgumentOrOutput()
    {
        var cap = CapOf(Spec(schema: """{"type":"object","properties":{"a":{"type":"string"}}}"""));

        var argument = await Validator.ValidateArgumentAsync(cap, cap.Args[0], Value("""{"a":1}"""));
        var output = await Validator.ValidateOutputAsync(cap, Value("""{"a":1}"""));

        Assert.Equal(CapValidationErrorKind.ArgumentValidation, argument!.Kind);
        Assert.Equal($"Validation failed for argument '{Own}': {Assert.Single(argument.Errors)}", argument.Message);
        Assert.StartsWith("/a: ", argument.Errors[0], StringComparison.Ordinal);
        Assert.Equal(CapValidationErrorKind.OutputValidation, output!.Kind);
        Assert.Equal($"Validation failed for output: {argument.Errors[0]}", output.Message);
        Assert.Null(await Validator.ValidateArgumentAsync(cap, cap.Args[0], Value("""{"a":"x"}""")));
    }

    [Fact]
    public async Task Validate_NoSchema_ProfileAndRulesAreNotLookedAt()
    {
        var cap = CapOf(Spec(profile: "https://capns.org/schema/int", rules: new() { MaxLength = 0 }));

        Assert.Null(await Validator.ValidateArgumentAsync(cap, cap.Args[0], Value("\"x\"")));
        Assert.Null(await Validator.ValidateOutputAsync(Cap(), Value("\"x\"")));
    }

    [Fact]
    public async Task ValidateArguments_ByPosition_TheFirstMistakeIsTold()
    {
        var cap = Cap(Positional(1, "media:b"), Positional(0, "media:a")) with
        {
            MediaSpecs = [Spec("""{"const":1}""", urn: "media:a"), Spec("""{"const":2}""", urn: "media:b")],
        };

        Assert.Null(await Validator.ValidateArgumentsAsync(cap, [Value("1"), Value("2")]));
        Assert.Null(await Validator.ValidateArgumentsAsync(cap, [Value("1")]));
        Assert.Equal("media:b", (await Validator.ValidateArgumentsAsync(cap, [Value("1"), Value("3")]))!.Field);
    }

    [Fact]
    public async Task Validate_SchemaIsNone_SaysSo()
    {
        var error = await Validator.ValidateOutputAsync(CapOf(Spec(schema: """{"minLength":-1}""")), Value("1"));

        Assert.Equal(CapValidationErrorKind.SchemaCompilation, error!.Kind);
        Assert.StartsWith("Schema compilation failed: /minLength: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_NobodyKnowsTheType_SaysSo()
    {
        var error = await Validator.ValidateArgumentsAsync(Cap(Positional(0, "media:bytes;djvu")), [Value("1")]);

        Assert.Equal(CapValidationErrorKind.MediaUrnNotResolved, error!.Kind);
        Assert.Equal(
            "Media URN 'media:bytes;djvu' could not be resolved: cannot resolve media URN 'media:bytes;djvu' - "
            + "not found in media_specs, built-in specs or registry",
            error.Message);
    }

    [Fact]
    public async Task Validate_NoValue_SaysSo()
    {
        var error = await Validator.ValidateOutputAsync(CapOf(Spec(schema: "true")), default);

        Assert.Equal((CapValidationErrorKind.InvalidJson, "Invalid JSON value for validation"), (error!.Kind, error.Message));
    }

    [Fact]
    public async Task Validate_ManyTimes_CompilesOnce()
    {
        var validator = new JsonSchemaValidator();
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await validator.ValidateOutputAsync(CapOf(Spec(schema: """{"const":1}""")), Value("1")));
        }

        Assert.Equal(1, validator.CompiledSchemas);
    }

    [Fact]
    public async Task Validate_MoreSchemasThanAreKept_StaysWithinTheBound()
    {
        var validator = new JsonSchemaValidator();
        for (var i = 0; i < 1100; i++)
        {
            Assert.Null(await validator.ValidateOutputAsync(CapOf(Spec(schema: $$"""{"const":{{i}}}""")), Value($"{i}")));
            Assert.InRange(validator.CompiledSchemas, 1, 1024);
        }
    }
}
