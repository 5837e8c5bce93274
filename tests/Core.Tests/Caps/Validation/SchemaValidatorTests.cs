using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Media;
using Capns.Core.Urns;
using static Capns.Core.Tests.Caps.Validation.CallExample;

namespace Capns.Core.Tests.Caps.Validation;

public sealed class SchemaValidatorTests
{
    private static readonly Cap Known = Cap(Positional(0, MediaUrnText.Integer)) with
    {
        Output = new CapOutput { MediaUrn = MediaUrnText.String, Description = "d" },
    };

    [Fact]
    public async Task Validate_RegisteredCap_IsFoundByItsCanonicalUrn()
    {
        var validator = new SchemaValidator();
        validator.RegisterCap(Known);
        var spelling = CapUrn.Parse("CAP:op=Example;out=media:void;in=media:void;");

        Assert.Same(Known, validator.GetCap(spelling));
        Assert.True((await validator.ValidateInputsAsync(spelling, [Value("1")])).IsValid);
        Assert.Equal(CapValidationErrorKind.InvalidArgumentType, (await validator.ValidateInputsAsync(spelling, [Value("true")])).Error!.Kind);
        Assert.True((await validator.ValidateNamedInputsAsync(spelling, [new NamedValue(MediaUrnText.Integer, Value("1"))])).IsValid);
        Assert.Equal(
            CapValidationErrorKind.UnknownArgument,
            (await validator.ValidateNamedInputsAsync(spelling, [new NamedValue("media:y", Value("1"))])).Error!.Kind);
        Assert.True((await validator.ValidateOutputAsync(spelling, Value("\"x\""))).IsValid);
        Assert.Equal(CapValidationErrorKind.InvalidOutputType, (await validator.ValidateOutputAsync(spelling, Value("1"))).Error!.Kind);
    }

    [Fact]
    public async Task Validate_CapThatOnlyMatches_IsUnknown()
    {
        var validator = new SchemaValidator();
        validator.RegisterCap(Known);
        var request = CapUrn.Parse("cap:in=*;op=example;out=*");

        Assert.True(Known.Urn.Accepts(request));
        Assert.Null(validator.GetCap(request));
        Assert.Equal(CapValidationErrorKind.UnknownCap, (await validator.ValidateOutputAsync(request, Value("1"))).Error!.Kind);
    }

    [Fact]
    public async Task RegisterCap_SameUrnAgain_ReplacesTheFirst()
    {
        var validator = new SchemaValidator();
        validator.RegisterCap(Known);
        validator.RegisterCap(Cap());

        Assert.Equal(CapValidationErrorKind.TooManyArguments, (await validator.ValidateInputsAsync(Known.Urn, [Value("1")])).Error!.Kind);
    }

    [Fact]
    public async Task Validate_NotRegistered_TheSourceIsAsked()
    {
        var source = new OneCap(Known);
        var validator = new SchemaValidator(source: source);

        Assert.True((await validator.ValidateInputsAsync(Known.Urn, [Value("1")])).IsValid);
        Assert.Equal(1, source.Asked);

        validator.RegisterCap(Known);
        Assert.True((await validator.ValidateInputsAsync(Known.Urn, [Value("1")])).IsValid);
        Assert.Equal(1, source.Asked);
    }

    private sealed class OneCap(Cap cap) : ICapSource
    {
        public int Asked { get; private set; }

        public ValueTask<Cap?> FindAsync(CapUrn urn, CancellationToken cancellationToken = default)
        {
            Asked++;
            return new ValueTask<Cap?>(urn == cap.Urn ? cap : null);
        }
    }
}
