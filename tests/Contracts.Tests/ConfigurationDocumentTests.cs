using System.Text.RegularExpressions;
using Capns.Contracts.Executions;
using Capns.Testing;

namespace Capns.Contracts.Tests;

/// <summary><c>docs/CONFIGURATION.md</c> names the variables that the workers read, no more and no less.</summary>
public sealed partial class ConfigurationDocumentTests
{
    // What a tool is given, switches of libraries, and words for relations: not settings of ours.
    private static readonly string[] NotSettings =
    [
        "CAPNS_EXECUTION_ID", "CAPNS_ATTEMPT", "CAPNS_TOOL_VERSION", "CAPNS_DEADLINE",
        "MASSTRANSIT_USAGE_TELEMETRY", "POSIXLY_CORRECT", "EXECUTION_NOT_FINISHED",
        "SIMILAR_TO", "USED_WITH", "DEPENDS_ON", "MEDIA_DUPLICATE", "FORGED_ENTRY", "REQUIRED_DEFAULT", "XDG_CACHE_HOME",
    ];

    [Fact]
    public void EveryVariableThatIsRead_IsInTheDocument()
    {
        Assert.Empty(ReadInCode().Except(InDocument()).Order());
    }

    [Fact]
    public void EveryVariableInTheDocument_IsRead()
    {
        Assert.Empty(InDocument().Except(ReadInCode()).Order());
    }

    // Codes of errors look like variables, and are none.
    private static HashSet<string> ReadInCode() =>
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Literal().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Except(ErrorCodes.All.Keys)
            .Except(NotSettings)
            .ToHashSet(StringComparer.Ordinal);

    private static HashSet<string> InDocument() =>
        Quoted().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "CONFIGURATION.md")))
            .Select(match => match.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("\"([A-Z][A-Z0-9]*_[A-Z0-9_]+|PORT|HOST|VERSION)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("`([A-Z][A-Z0-9]*_[A-Z0-9_]+|PORT|HOST|VERSION)`")]
    private static partial Regex Quoted();
}
