using Capns.Core.Validation;

namespace Capns.Core.Tests.Validation;

/// <summary>Holds the validator to the required 2020-12 cases of the official JSON-Schema-Test-Suite.</summary>
public sealed class OfficialSuiteTests
{
    /// <summary>
    /// Groups whose schema stands on another server: we load nothing from elsewhere (platform spec 5.2). The first four
    /// refer to a remote schema, the last two to a remote meta-schema of the test's own. Besides these, refRemote.json
    /// is not carried at all, for the same reason.
    /// </summary>
    private static readonly string[] LeftOutGroups =
    [
        "dynamicRef.json: strict-tree schema, guards against misspelled properties",
        "dynamicRef.json: tests for implementation dynamic anchor and reference link",
        "dynamicRef.json: $ref and $dynamicAnchor are independent of order - $defs first",
        "dynamicRef.json: $ref and $dynamicAnchor are independent of order - $ref first",
        "vocabulary.json: schema that uses custom metaschema with with no validation vocabulary",
        "vocabulary.json: ignore unrecognized optional vocabulary",
    ];

    public static TheoryData<string> CaseNames =>
        [.. SuiteCases.All.Values.Where(known => !LeftOutGroups.Contains(known.Group)).Select(known => known.Name)];

    public static TheoryData<string> LeftOut => [.. LeftOutGroups];

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void Validate_OfficialCase_AgreesWithTheSuite(string name)
    {
        var known = SuiteCases.All[name];

        Assert.True(JsonSchema.TryCompile(known.Schema, out var schema, out var error), error?.ToString());
        var errors = schema.Validate(known.Instance);

        Assert.Equal(known.IsValid, errors.Count == 0);
    }

    [Theory]
    [MemberData(nameof(LeftOut))]
    public void TryCompile_GroupThatNeedsARemoteSchema_IsRefusedByTheReference(string group)
    {
        var known = SuiteCases.All.Values.First(test => test.Group == group);

        Assert.False(JsonSchema.TryCompile(known.Schema, out _, out var error));
        Assert.Contains(error.Keyword, (string[])["$ref", "$dynamicRef", "$schema"]);
    }

    [Fact]
    public void Suite_OfficialCases_AreAllThereAndOnlySixteenAreLeftOut()
    {
        var leftOut = SuiteCases.All.Values.Count(known => LeftOutGroups.Contains(known.Group));

        Assert.Equal(1147, SuiteCases.All.Count);
        Assert.Equal(16, leftOut);
    }
}
