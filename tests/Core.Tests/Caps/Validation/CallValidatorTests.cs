using Capns.Core.Caps.Validation;
using Capns.Core.Media;
using static Capns.Core.Tests.Caps.Validation.CallExample;

namespace Capns.Core.Tests.Caps.Validation;

public sealed class CallValidatorTests
{
    private static readonly CallValidator Validator = new();

    [Fact]
    public async Task ValidatePositional_ArgumentsInAnyOrder_AreTakenByPosition()
    {
        var cap = Cap(Positional(1, MediaUrnText.Integer), Flag(MediaUrnText.Object), Positional(0, MediaUrnText.String));

        Assert.Null((await Validator.ValidatePositionalAsync(cap, [Value("\"a\""), Value("1")])).Error);
        Assert.Equal(MediaUrnText.String, (await Validator.ValidatePositionalAsync(cap, [Value("1"), Value("\"a\"")])).Error!.Field);
        Assert.Equal(MediaUrnText.Integer, (await Validator.ValidatePositionalAsync(cap, [Value("\"a\""), Value("\"b\"")])).Error!.Field);
    }

    [Fact]
    public async Task ValidatePositional_ValuesAtTheEndLeftOut_MustNotBeRequired()
    {
        var cap = Cap(Positional(0, MediaUrnText.String), Positional(1, MediaUrnText.Integer, required: false), Positional(2, MediaUrnText.Object));

        Assert.Equal(MediaUrnText.Object, (await Validator.ValidatePositionalAsync(cap, [Value("\"a\""), Value("1")])).Error!.Field);
        Assert.Equal(MediaUrnText.String, (await Validator.ValidatePositionalAsync(cap, [])).Error!.Field);
        Assert.True((await Validator.ValidatePositionalAsync(cap, [Value("\"a\""), Value("1"), Value("{}")])).IsValid);
        Assert.True((await Validator.ValidatePositionalAsync(Cap(cap.Args[1]), [])).IsValid);
    }

    [Fact]
    public async Task ValidatePositional_SeveralWarnings_AreAllTold()
    {
        var cap = Cap(Positional(0, MediaUrnText.Md), Positional(1, MediaUrnText.Html));

        Assert.Equal(2, (await Validator.ValidatePositionalAsync(cap, [Value("\"a\""), Value("\"b\"")])).Warnings.Count);
    }

    [Fact]
    public async Task ValidateNamed_RequiredWithoutFlag_MayBeLeftOut()
    {
        var cap = Cap(Positional(0, MediaUrnText.String), Flag(MediaUrnText.Integer), Flag(MediaUrnText.Object, required: false));

        Assert.True((await Validator.ValidateNamedAsync(cap, [new NamedValue(MediaUrnText.Integer, Value("1"))])).IsValid);
        Assert.Equal(
            CapValidationErrorKind.MissingRequiredArgument,
            (await Validator.ValidateNamedAsync(cap, [new NamedValue(MediaUrnText.Object, Value("{}"))])).Error!.Kind);
    }

    [Fact]
    public async Task ValidateNamed_MissingAndUnknown_TheMissingOneIsTold() =>
        Assert.Equal(
            CapValidationErrorKind.MissingRequiredArgument,
            (await Validator.ValidateNamedAsync(Cap(Flag("media:x")), [new NamedValue("media:y", Value("1"))])).Error!.Kind);

    [Fact]
    public async Task ValidateNamed_NameInAnotherSpelling_IsUnknown() =>
        Assert.Equal(
            CapValidationErrorKind.UnknownArgument,
            (await Validator.ValidateNamedAsync(
                Cap(Flag("media:a;b", required: false)), [new NamedValue("media:b;a", Value("1"))])).Error!.Kind);

    [Fact]
    public async Task ValidateNamed_ListAsItTravels_IsRead()
    {
        var cap = Cap(Flag(MediaUrnText.Integer));

        Assert.True((await Validator.ValidateNamedAsync(cap, Value($$"""[{"name":"{{MediaUrnText.Integer}}","value":1,"x":0}]"""))).IsValid);
        Assert.Equal(
            CapValidationErrorKind.InvalidArgumentType,
            (await Validator.ValidateNamedAsync(cap, Value($$"""[{"name":"{{MediaUrnText.Integer}}","value":"1"}]"""))).Error!.Kind);
    }

    [Fact]
    public async Task ValidateNamed_NameGivenTwice_BothValuesCount()
    {
        var cap = Cap(Flag(MediaUrnText.Integer));

        var result = await Validator.ValidateNamedAsync(
            cap, [new NamedValue(MediaUrnText.Integer, Value("1")), new NamedValue(MediaUrnText.Integer, Value("\"b\""))]);

        Assert.Equal("\"b\"", result.Error!.Value);
    }

    [Fact]
    public async Task ValidateArgument_OwnSpecOverABuiltInUrn_Wins()
    {
        var spec = Spec(schema: """{"const":1}""", urn: MediaUrnText.String);

        Assert.True((await ArgumentAsync(spec, "1")).IsValid);
        Assert.False((await ArgumentAsync(spec, "\"x\"")).IsValid);
    }
}
