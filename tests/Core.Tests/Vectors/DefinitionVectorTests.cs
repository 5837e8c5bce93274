using Capns.Core.Caps;
using Capns.Core.Tests.Caps;

namespace Capns.Core.Tests.Vectors;

/// <summary>Definitions of the public vectors (CapNs spec 8).</summary>
public sealed class DefinitionVectorTests
{
    private const string Kind = "cap_definition_validation";

    public static TheoryData<string> Plain => CapnsVectors.Ids(Kind);

    public static TheoryData<string> Contested => CapnsVectors.Ids(Kind, contested: true);

    [Fact]
    public void File_Definitions_AreAllLookedAt() => Assert.Equal(43, Plain.Count + Contested.Count);

    [Theory]
    [MemberData(nameof(Plain))]
    public async Task Validate_Definition_FindsTheListedRule(string id)
    {
        var vector = CapnsVectors.Get(id);

        var report = await ValidateAsync(vector, NamedArguments.Refused);

        AssertOutcome(vector.Expected.GetString()!, report);
        if (vector.ExpectedIssue is { } issue)
        {
            Assert.Equal(issue, report.Error!.Issue);
            Assert.Equal($"Cap '{vector.Json.GetProperty("urn").GetString()}' has invalid schema: {issue}", report.Error.Message);
        }
    }

    [Theory]
    [MemberData(nameof(Contested))]
    public async Task Validate_Contested_IsStrictAndTheReadingOfTheReferenceIsOffered(string id)
    {
        var vector = CapnsVectors.Get(id);

        AssertOutcome(vector.Expected.GetString()!, await ValidateAsync(vector, NamedArguments.Refused));

        // CU2 has no lenient form: the reference crashes at the first match of such a capability (D3).
        var lenient = vector.Expected.GetString() == CapRule.DirectionInvalid ? CapRule.DirectionInvalid : vector.Alternatives!["reference"].GetString()!;
        AssertOutcome(lenient, await ValidateAsync(vector, NamedArguments.Ignored));
        Assert.Equal(lenient == "ok", Cap.TryParse(vector.Json, out _, out _));
    }

    private static void AssertOutcome(string expected, CapValidationReport report)
    {
        Assert.Equal(expected, report.Error?.RuleId ?? "ok");
        Assert.Equal(expected == "ok", report.IsValid);
    }

    private static async Task<CapValidationReport> ValidateAsync(Vector vector, NamedArguments names) => vector.Level switch
    {
        "args" => CapValidator.Validate(vector.Json, names),
        "full" => await CapValidator.ValidateAsync(vector.Json, new StubMediaSource(vector.Registry!), names),
        "catalog" => CapValidator.ValidateCatalog(vector.Json, names),
        var level => throw new InvalidOperationException($"Level {level} is not known."),
    };
}
