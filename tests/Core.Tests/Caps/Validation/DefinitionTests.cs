using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Media;
using Capns.Core.Tests.Media;
using Capns.Core.Urns;
using static Capns.Core.Tests.Caps.Validation.CallExample;

namespace Capns.Core.Tests.Caps.Validation;

public sealed class DefinitionTests
{
    public static TheoryData<Cap, string?> Definitions { get; } = new()
    {
        { Cap(Positional(0, MediaUrnText.String)), null },
        { CapOf(Spec(schema: """{"type":"string"}""", rules: new() { Pattern = "a+" })), null },
        { Cap(Positional(1, MediaUrnText.String)), "RULE6: Position gap - expected 0 but found 1" },
        { Cap(Positional(0, "media:bytes;djvu")), "Unresolved media URN 'media:bytes;djvu' referenced in argument 'media:bytes;djvu'" },
        { CapOf(Spec(urn: MediaUrnText.String)), $"XV5: Inline media spec '{MediaUrnText.String}' redefines existing registry spec" },
        { CapOf(Spec(schema: """{"type":7}""")), $"Schema compilation failed: media spec '{Own}': /type: " },
        { CapOf(Spec(rules: new() { Pattern = "a(" })), "Invalid pattern 'a(': " },
    };

    [Theory]
    [MemberData(nameof(Definitions))]
    public async Task ValidateDefinition_ByItsUrn_SaysWhatCallsWouldStumbleOver(Cap cap, string? issue)
    {
        var validator = new SchemaValidator();
        validator.RegisterCap(cap);

        var error = (await validator.ValidateDefinitionAsync(cap.Urn)).Error;

        Assert.Equal(issue is null ? null : CapValidationErrorKind.InvalidCapSchema, error?.Kind);
        Assert.StartsWith(issue is null ? "" : $"Cap '{Urn}' has invalid schema: {issue}", error?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task ValidateDefinition_NobodyKnowsIt_IsUnknown() =>
        Assert.Equal(
            CapValidationErrorKind.UnknownCap, (await new SchemaValidator().ValidateDefinitionAsync(CapUrn.Parse(Urn))).Error!.Kind);

    [Fact]
    public async Task ValidateDefinition_SourceUnreachable_WarnsOfWhatItCouldNotSee()
    {
        var builtinThenFar = new CompositeMediaSpecSource(BuiltinMediaSpecs.Instance, ScriptedSource.Unreachable("no route"));

        var result = await new CallValidator(builtinThenFar).ValidateDefinitionAsync(CapOf(Spec()));

        Assert.True(result.IsValid, result.Error?.Message);
        Assert.Equal($"XV5: Could not verify inline spec '{Own}' against online registry (offline mode)", Assert.Single(result.Warnings));
    }

    [Fact]
    public async Task ResolveMediaUrn_OfADefinition_LooksInlineFirst()
    {
        var cap = CapOf(Spec(urn: MediaUrnText.Pdf));

        Assert.Equal("own", (await cap.ResolveMediaUrnAsync("media:bytes;pdf")).Title);
        Assert.Equal("Text", (await cap.ResolveMediaUrnAsync("media:string")).Title);
        await Assert.ThrowsAsync<UnresolvableMediaUrnException>(async () => await cap.ResolveMediaUrnAsync("media:djvu"));
    }
}
