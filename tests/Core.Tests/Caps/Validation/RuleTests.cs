using Capns.Core.Caps.Validation;
using Capns.Core.Media;
using static Capns.Core.Tests.Caps.Validation.CallExample;

namespace Capns.Core.Tests.Caps.Validation;

public sealed class RuleTests
{
    public static TheoryData<string, MediaValidation, string, string?> Bounds { get; } = new()
    {
        { "min, at", new() { Min = 1.5 }, "1.5", null },
        { "min, below", new() { Min = 1.5 }, "1.4999999999999999999", "minimum value 1.5" },
        { "min, whole", new() { Min = 2 }, "1", "minimum value 2" },
        { "min, beyond doubles", new() { Min = 9007199254740993 - 1 }, "9007199254740991", "minimum value 9007199254740992" },
        { "max, at", new() { Max = -1 }, "-1.0", null },
        { "max, above", new() { Max = -1 }, "-0.999", "maximum value -1" },
        { "max, one above 2^53", new() { Max = 9007199254740992 }, "9007199254740993", "maximum value 9007199254740992" },
        { "max, huge value", new() { Max = 1e300 }, "1e400", "maximum value 1e+300" },
        { "min before max", new() { Min = 5, Max = 1 }, "3", "minimum value 5" },
        { "min, no number", new() { Min = 5 }, "\"1\"", null },
        { "min_length, at", new() { MinLength = 2 }, "\"ab\"", null },
        { "min_length, below", new() { MinLength = 2 }, "\"a\"", "minimum length 2" },
        { "min_length, bytes not characters", new() { MinLength = 2 }, "\"\u00e9\"", null },
        { "max_length, at", new() { MaxLength = 4 }, "\"\U0001F600\"", null },
        { "max_length, bytes not characters", new() { MaxLength = 3 }, "\"\U0001F600\"", "maximum length 3" },
        { "max_length, above", new() { MaxLength = 0 }, "\"a\"", "maximum length 0" },
        { "min_length, array, at", new() { MinLength = 1 }, "[0]", null },
        { "min_length, array, below", new() { MinLength = 1 }, "[]", "minimum array length 1" },
        { "max_length, array, at", new() { MaxLength = 1 }, "[0]", null },
        { "max_length, array, above", new() { MaxLength = 1 }, "[0,0]", "maximum array length 1" },
        { "min_length, other kinds", new() { MinLength = 9 }, "{}", null },
        { "pattern, anywhere", new() { Pattern = "b+" }, "\"abbc\"", null },
        { "pattern, nowhere", new() { Pattern = "^b" }, "\"abbc\"", "pattern '^b'" },
        { "pattern, no string", new() { Pattern = "^b" }, "7", null },
        { "pattern, line feed at the end", new() { Pattern = "^b$" }, "\"b\\n\"", "pattern '^b$'" },
        { "pattern, dollar in a class", new() { Pattern = "^[$]$" }, "\"$\"", null },
        { "pattern, bracket and dollar in a class", new() { Pattern = "^[]$]{2}$" }, "\"]$\"", null },
        { "pattern, neither bracket nor dollar", new() { Pattern = "^[^]$]$" }, "\"$\"", "pattern '^[^]$]$'" },
        { "pattern, dollar after a class", new() { Pattern = "^[ab]$" }, "\"a\\n\"", "pattern '^[ab]$'" },
        { "pattern, question of a bracket", new() { Pattern = "^\\(?P<$" }, "\"P<\"", null },
        { "pattern, escaped dollar", new() { Pattern = "^\\$1$" }, "\"$1\"", null },
        { "pattern, ends of lines", new() { Pattern = "(?m)^b$" }, "\"a\\nb\\nc\"", null },
        { "pattern, ends of lines, other flags", new() { Pattern = "(?im-s:^B$)" }, "\"a\\nb\\nc\"", null },
        { "pattern, optional bracket is no flag", new() { Pattern = "^\\(?m$" }, "\"m\\n\"", "pattern '^\\(?m$'" },
        { "pattern, bracket of a class is no flag", new() { Pattern = "^[(?m)]$" }, "\"m\\n\"", "pattern '^[(?m)]$'" },
        { "pattern, named group of the reference", new() { Pattern = "(?P<x>b)" }, "\"b\"", null },
        { "pattern, case", new() { Pattern = "b" }, "\"B\"", "pattern 'b'" },
        { "pattern, case ignored", new() { Pattern = "(?i)i" }, "\"I\"", null },
        { "pattern, lookaround", new() { Pattern = "a(?=b)" }, "\"ac\"", "pattern 'a(?=b)'" },
        { "allowed_values, one", new() { AllowedValues = ["x", "y\""] }, "\"y\\\"\"", null },
        { "allowed_values, none", new() { AllowedValues = ["x", "y\""] }, "\"X\"", "allowed values: [\"x\", \"y\\\"\"]" },
        { "allowed_values, empty list", new() { AllowedValues = [] }, "\"X\"", "allowed values: []" },
        { "allowed_values, no string", new() { AllowedValues = ["x"] }, "1", null },
        { "length before pattern", new() { MaxLength = 1, Pattern = "z" }, "\"ab\"", "maximum length 1" },
        { "min_length before max_length", new() { MinLength = 3, MaxLength = 1 }, "\"ab\"", "minimum length 3" },
        { "pattern before allowed_values", new() { Pattern = "z", AllowedValues = ["x"] }, "\"ab\"", "pattern 'z'" },
        { "no rule", new(), "\"ab\"", null },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public async Task Validate_ValueAtAndBeyondABound_IsAcceptedOrNamesTheRule(string name, MediaValidation rules, string value, string? rule)
    {
        var argument = await ArgumentAsync(Spec(rules: rules), value);
        var output = await OutputAsync(Spec(rules: rules), value);

        Assert.True(rule == argument.Error?.Rule, $"{name}: {argument.Error?.Message}");
        Assert.True(rule == output.Error?.Rule, $"{name}: {output.Error?.Message}");
        Assert.Equal(rule is null ? null : CapValidationErrorKind.MediaSpecValidationFailed, argument.Error?.Kind);
        Assert.Equal(rule is null ? null : CapValidationErrorKind.OutputMediaSpecValidationFailed, output.Error?.Kind);
    }

    [Fact]
    public async Task Validate_PatternIsNone_IsTheDefinitionsFault()
    {
        var error = (await ArgumentAsync(Spec(rules: new() { Pattern = "a(" }), "\"a\"")).Error;

        Assert.Equal(CapValidationErrorKind.InvalidCapSchema, error!.Kind);
        Assert.StartsWith($"Cap '{Urn}' has invalid schema: Invalid pattern 'a(': ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4096, 0, true)]
    [InlineData(4097, 0, false)]
    [InlineData(1, 250, true)]
    [InlineData(1, 251, false)]
    [InlineData(0, 29_000, false)]
    public async Task Validate_PatternAtAndBeyondItsBounds_IsRead_OrIsTheDefinitionsFault(int length, int nesting, bool isRead)
    {
        var pattern = new string('(', nesting) + new string('a', length) + new string(')', nesting);
        var spec = Spec(rules: new() { Pattern = pattern });

        var call = await ArgumentAsync(spec, "\"b\"");
        var definition = await new CallValidator().ValidateDefinitionAsync(CapOf(spec));

        Assert.Equal(isRead, call.Error?.Kind != CapValidationErrorKind.InvalidCapSchema);
        Assert.Equal(isRead, definition.IsValid);
        Assert.True(isRead || definition.Error!.Kind == CapValidationErrorKind.InvalidCapSchema);
        Assert.InRange(definition.Error?.Message.Length ?? 0, 0, 500);
    }

    [Fact]
    public async Task Validate_PatternOfBracketsInBrackets_IsRefusedInsteadOfEndingTheProcess()
    {
        const int Levels = 60_000;
        var pattern = string.Concat(Enumerable.Repeat("[a-", Levels)) + "[b]" + new string(']', Levels);

        Assert.Equal(CapValidationErrorKind.InvalidCapSchema, (await ArgumentAsync(Spec(rules: new() { Pattern = pattern }), "\"a\"")).Error!.Kind);
    }

    [Fact]
    public async Task Validate_PatternOfManyDifferentCharacters_TakesLittleMemoryAndMeansTheSame()
    {
        var pattern = string.Concat(Enumerable.Range(0, 400).Select(i => (char)(0x4000 + (2 * i))));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var fits = await ArgumentAsync(Spec(rules: new() { Pattern = pattern }), $"\"x{pattern}y\"");
        var differs = await ArgumentAsync(Spec(rules: new() { Pattern = pattern }), $"\"{pattern[1..]}\"");

        Assert.Null(fits.Error);
        Assert.Equal($"pattern '{pattern}'", differs.Error!.Rule);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000_000);
    }

    [Fact]
    public async Task Validate_PatternExplodes_IsRefusedInTime()
    {
        // A backreference needs an engine that backtracks; this one would take years.
        var error = (await ArgumentAsync(Spec(rules: new() { Pattern = @"^(([a-z])+.)+\2[A-Z]$" }), $"\"{new string('a', 60)}\"")).Error;

        Assert.Equal(CapValidationErrorKind.MediaSpecValidationFailed, error!.Kind);
        Assert.EndsWith("(no answer within 50 ms)", error.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_PatternThatOnlyBacktrackingMakesSlow_AnswersAtOnce()
    {
        var result = await ArgumentAsync(Spec(rules: new() { Pattern = "^(a+)+$" }), $"\"{new string('a', 100_000)}!\"");

        Assert.Equal("pattern '^(a+)+$'", result.Error!.Rule);
    }
}
