using System.Text.Json;
using System.Text.RegularExpressions;
using Capns.Core.Urns;
using Capns.Core.Validation;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Quality;

/// <summary>Holds the tools of <c>bench/quality</c> to what a registry would take (platform spec 5.1).</summary>
public sealed partial class QualityToolsTests
{
    private static readonly string[] Levels = ["safe", "moderate", "restricted", "dangerous"];

    [Fact]
    public void Tools_AsAWhole_AreManyInManyDomainsWithUniqueNames()
    {
        Assert.True(QualityData.Tools.Count >= 160, $"{QualityData.Tools.Count} tools");
        Assert.True(QualityData.Tools.GroupBy(tool => tool.Domain).Count() >= 14);
        Assert.Empty(QualityReport.Repeated(QualityData.Tools.Select(tool => tool.Slug)));
        Assert.Empty(QualityReport.Repeated(QualityData.Tools.Select(tool => tool.Name.ToUpperInvariant())));
        Assert.Empty(QualityReport.Repeated(QualityData.Tools.Select(tool => tool.Description)));
    }

    [Fact]
    public void Tools_EachField_IsWithinTheBoundsOfADefinition()
    {
        var faults = from tool in QualityData.Tools
                     from fault in Faults(tool)
                     select $"{tool.Slug}: {fault}";

        Assert.Empty(faults);
    }

    [Fact]
    public void Tools_CapUrns_ParseAndStandInAThirdOfThem()
    {
        var urns = (from tool in QualityData.Tools
                    from capability in tool.Capabilities
                    where capability.StartsWith("cap:", StringComparison.Ordinal)
                    select (tool.Slug, Urn: capability)).ToList();
        var faults = from entry in urns
                     where !CapUrn.TryParse(entry.Urn, out _, out _)
                     select $"{entry.Slug}: {entry.Urn}";
        var share = urns.Select(entry => entry.Slug).Distinct().Count() / (double)QualityData.Tools.Count;

        Assert.Empty(faults);
        Assert.InRange(share, 0.25, 0.40);
    }

    [Fact]
    public void Tools_Examples_FitTheSchemaOfTheirTool()
    {
        var faults = from tool in QualityData.Tools
                     let schema = Compile(tool.Parameters)
                     from example in tool.Examples
                     from error in schema.Validate(example.Input)
                     select $"{tool.Slug}, {example.Name}: {error}";

        Assert.Empty(faults);
        Assert.True(QualityData.Tools.Count(tool => tool.Examples.Count > 0) >= QualityData.Tools.Count / 3);
    }

    private static IEnumerable<string> Faults(QualityTool tool)
    {
        (bool Wrong, string Fault)[] rules =
        [
            (!Slug().IsMatch(tool.Slug), "slug"),
            (tool.Name.Length is < 1 or > 255, "name"),
            (tool.DisplayName.Length is < 1 or > 255, "displayName"),
            (tool.Description.Length is < 1 or > 4000, "description"),
            (!Slug().IsMatch(tool.Category), "category"),
            (tool.Tags.Count is 0 || !AreWords(tool.Tags), "tags"),
            (!AreWords(tool.Capabilities), "capabilities"),
            (!Levels.Contains(tool.SecurityLevel), "securityLevel"),
            (tool.CostEstimate < 0, "costEstimate"),
            (tool.ExecutionTimeEstimate < 1, "executionTimeEstimate"),
            (tool.Examples.Count > 20 || QualityReport.Repeated(tool.Examples.Select(example => example.Name)).Any(), "examples"),
            (tool.Parameters.GetProperty("type").GetString() != "object", "parameters"),
        ];
        var known = tool.Parameters.GetProperty("properties");
        var unknown = from example in tool.Examples
                      from member in example.Input.EnumerateObject()
                      where !known.TryGetProperty(member.Name, out _)
                      select $"example member {member.Name}";
        return rules.Where(rule => rule.Wrong).Select(rule => rule.Fault).Concat(unknown);
    }

    private static bool AreWords(IReadOnlyList<string> words) =>
        words.Count <= 50 && !QualityReport.Repeated(words).Any() && !words.Any(string.IsNullOrWhiteSpace);

    private static JsonSchema Compile(JsonElement parameters)
    {
        Assert.True(JsonSchema.TryCompile(parameters, out var schema, out var error), $"{error}");
        return schema;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,127}$")]
    private static partial Regex Slug();
}
