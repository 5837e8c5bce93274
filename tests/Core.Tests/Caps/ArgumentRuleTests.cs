using Capns.Core.Caps;
using static Capns.Core.Tests.Caps.Example;

namespace Capns.Core.Tests.Caps;

/// <summary>RULE1 to RULE12 (CapNs spec 8.2): texts, places, and which is reported when several are broken.</summary>
public sealed class ArgumentRuleTests
{
    public static TheoryData<string, string, CapArg[]> Broken => new()
    {
        { "/args/1/media_urn", "RULE1: Duplicate media_urn 'media:a'", [Arg("media:a", At(0)), Arg("media:a", Flag("--a"))] },
        { "/args/0/sources", "RULE2: Argument 'media:a' has empty sources", [Arg("media:a")] },
        {
            "/args/2/sources/1", "RULE3: Multiple args have different stdin media_urns: 'media:x' vs 'media:y'",
            [Arg("media:a", Stdin("media:x")), Arg("media:b", Stdin("media:x")), Arg("media:c", Flag("--c"), Stdin("media:y")), Arg("media:d", Stdin("media:z"))]
        },
        { "/args/0/sources/1", "RULE4: Argument 'media:a' has duplicate source type 'stdin'", [Arg("media:a", Stdin("media:x"), Stdin("media:x"))] },
        { "/args/0/sources/2", "RULE4: Argument 'media:a' has duplicate source type 'position'", [Arg("media:a", At(0), Stdin("media:x"), At(0))] },
        { "/args/0/sources/1", "RULE4: Argument 'media:a' has duplicate source type 'cli_flag'", [Arg("media:a", Flag("--a"), Flag("--a"))] },
        { "/args/2/sources/0", "RULE5: Duplicate position 1 in argument 'media:c'", [Arg("media:a", At(1)), Arg("media:b", At(0)), Arg("media:c", At(1))] },
        { "/args/0/sources/0", "RULE6: Position gap - expected 1 but found 3", [Arg("media:a", At(3)), Arg("media:b", At(0))] },
        { "/args/0/sources", "RULE7: Argument 'media:a' has both position and cli_flag sources", [Arg("media:a", At(0), Flag("--a"))] },
        { "/args/1/sources/0", "RULE9: Duplicate cli_flag '--x' in argument 'media:b'", [Arg("media:a", Flag("--x")), Arg("media:b", Flag("--x"))] },
        { "/args/1/sources/0", "RULE9: Duplicate cli_flag '' in argument 'media:b'", [Arg("media:a", Flag("")), Arg("media:b", Flag(""))] },
        { "/args/0/sources/0", "RULE10: Argument 'media:a' uses reserved cli_flag 'manifest'", [Arg("media:a", Flag("manifest"))] },
        { "/args/0/sources/0", "RULE10: Argument 'media:a' uses reserved cli_flag '--version'", [Arg("media:a", Flag("--version"))] },
        { "/args/0/sources/0", "RULE10: Argument 'media:a' uses reserved cli_flag '-v'", [Arg("media:a", Flag("-v"))] },
        { "/args/0/sources/0", "RULE10: Argument 'media:a' uses reserved cli_flag '-h'", [Arg("media:a", Flag("-h"))] },
    };

    /// <summary>Pairs of broken rules, of which the first is reported.</summary>
    public static TheoryData<string, CapArg[]> BrokenTwice => new()
    {
        { "RULE1", [Arg("media:a"), Arg("media:a")] },
        { "RULE2", [Arg("media:a", Flag("-h")), Arg("media:b")] },
        { "RULE10", [Arg("media:a", Flag("-h"), Flag("-h"))] },
        { "RULE4", [Arg("media:a", Flag("--a"), Flag("-h"))] },
        { "RULE7", [Arg("media:a", At(1), Flag("--a")), Arg("media:b", Flag("-h"))] },
        { "RULE10", [Arg("media:a", Flag("-h")), Arg("media:b", At(0), Flag("--b"))] },
        { "RULE7", [Arg("media:a", Stdin("media:x")), Arg("media:b", Stdin("media:y"), At(0), Flag("--b"))] },
        { "RULE3", [Arg("media:a", Stdin("media:x"), At(4)), Arg("media:b", Stdin("media:y"), At(4))] },
        { "RULE5", [Arg("media:a", At(4)), Arg("media:b", At(4))] },
        { "RULE6", [Arg("media:a", At(4)), Arg("media:b", Flag("--x")), Arg("media:c", Flag("--x"))] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Validate_RuleIsBroken_SaysWhichWhereAndWhose(string path, string issue, CapArg[] args)
    {
        var report = CapValidator.Validate(Cap(args));

        Assert.Equal(
            new CapDefinitionError(issue[..issue.IndexOf(':', StringComparison.Ordinal)], path, issue, $"Cap '{Urn}' has invalid schema: {issue}"),
            report.Error);
        Assert.Null(report.Cap);
        Assert.Equal(report.Error, Assert.Throws<CapDefinitionException>(report.ThrowIfInvalid).Error);
        Assert.Equal(report.Error, CapValidator.Validate(Cap(args).ToJson()).Error);
    }

    [Fact]
    public void ReservedFlags_EachOfTheList_IsRefused()
    {
        Assert.Equal(["manifest", "--help", "--version", "-v", "-h"], ArgSource.CliFlag.ReservedFlags);
        Assert.All(
            ArgSource.CliFlag.ReservedFlags,
            flag => Assert.Equal(CapRule.ReservedFlag, CapValidator.Validate(Cap(Arg("media:a", Flag(flag)))).Error?.RuleId));
    }

    [Theory]
    [MemberData(nameof(BrokenTwice))]
    public void Validate_SeveralRulesAreBroken_ReportsTheFirstInTheOrderOfTheSpec(string rule, CapArg[] args) =>
        Assert.Equal(rule, CapValidator.Validate(Cap(args)).Error?.RuleId);

    [Theory]
    [InlineData("--manifest")]
    [InlineData("-V")]
    [InlineData("help")]
    [InlineData("--HELP")]
    [InlineData("")]
    public void Validate_FlagLikeAReservedOne_IsAllowedAndKept(string flag)
    {
        var report = CapValidator.Validate(Cap(Arg("media:a", Flag(flag))).ToJson());

        Assert.True(report.IsValid);
        Assert.Equal(flag, report.Cap!.Args[0].CliFlag!.Flag);
    }

    [Theory]
    [InlineData("RULE8", """{"media_urn":"media:a","required":true,"sources":[{"env":"A"}]}""")]
    [InlineData("RULE8", """{"media_urn":"media:a","required":true,"sources":[{"stdin":"media:x","position":0}]}""")]
    [InlineData("RULE12", """{"media_urn":"media:a","required":true,"sources":[],"name":"alpha"}""")]
    public void Validate_RuleOfReading_ComesBeforeTheOtherRules(string rule, string second)
    {
        // Alone, the first argument twice is RULE1.
        const string first = """{"media_urn":"media:a","required":true,"sources":[{"position":0}]}""";
        var json = $$"""{"urn":"{{Urn}}","title":"t","command":"c","args":[{{first}},{{second}}]}""";

        var error = CapValidator.Validate(json).Error!;

        Assert.Equal((rule, "/args/1"), (error.RuleId, error.Path[..7]));
        Assert.StartsWith($"Cap '{Urn}' has invalid schema: {rule}: Argument 'media:a' has ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("STRUCT", """{"urn":"cap:op=demo","title":1,"command":"c","args":[{"media_urn":"media:a","required":true,"sources":[{"env":1}]}]}""")]
    [InlineData("CU1", """{"urn":"cap:op=demo","title":"t","command":"c","args":[{"media_urn":"media:a","required":true,"sources":[{"env":1}]}]}""")]
    [InlineData("CU2", """{"urn":"cap:in=x;out","title":"t","command":"c","args":[{"media_urn":"media:a","required":true,"sources":[{"env":1}]}]}""")]
    [InlineData("RULE2", """{"urn":"cap:in;out","title":"t","command":"c","media_specs":[{"urn":"x"}],"args":[{"media_urn":"media:a","required":true,"sources":[]}]}""")]
    [InlineData("MS3", """{"urn":"cap:in;out","title":"t","command":"c","media_specs":[{"urn":"media:x"}]}""")]
    public void Validate_StagesAreBroken_ReportsTheFirstStage(string rule, string json)
    {
        Assert.Equal(rule, CapValidator.Validate(json).Error?.RuleId);
        Assert.Equal(rule != "RULE2", IsFoundByReading(json, rule));
    }

    [Fact]
    public void Validate_DirectionIsMissing_CarriesTheErrorOfTheUrn()
    {
        var error = CapValidator.Validate("""{"urn":"cap:in;op=x","title":"t","command":"c"}""").Error!;

        Assert.Equal((11, "MissingOutSpec", "/urn"), (error.UrnError!.Code, error.UrnError.Name, error.Path));
        Assert.Equal(error.UrnError.Message, error.Message);
    }

    [Fact]
    public void Validate_OneUrnInTwoSpellings_Warns()
    {
        var report = CapValidator.Validate(Cap(Arg("media:a;b", Stdin("media:x")), Arg("media:b;a", At(0)), Arg("media:c", Flag("--c"))));

        Assert.True(report.IsValid);
        Assert.Equal(
            [new CapDefinitionWarning("RULE1", "/args/1/media_urn", "RULE1: 'media:a;b' and 'media:b;a' are two spellings of the same media URN")],
            report.Warnings);
    }

    [Fact]
    public void Validate_OneStdinUrnInTwoSpellings_IsRefusedAndWarnedOf()
    {
        var report = CapValidator.Validate(Cap(Arg("media:a", Stdin("media:x;y")), Arg("media:b", Stdin("media:y;x"))));

        Assert.Equal("RULE3", report.Error!.RuleId);
        Assert.Equal(["/args/1/sources/0"], report.Warnings.Select(warning => warning.Path));
    }

    private static bool IsFoundByReading(string json, string rule) =>
        !Core.Caps.Cap.TryParse(json, out _, out var error) && error.RuleId == rule;
}
