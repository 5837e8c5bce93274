using System.Globalization;
using Capns.Discovery.Worker.Graph;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>Valid facts; a test says what it is about with <c>with</c>.</summary>
internal static class GraphExample
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 15, 0, 123, TimeSpan.Zero);

    /// <summary>Ids in the order of their numbers.</summary>
    public static Guid Id(int number) => Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"{number:x8}-0000-4000-8000-000000000000"));

    public static ToolRelation Requires(int from, int to, string? range = null) =>
        new(Id(from), RelationType.Requires, Id(to), 1, 0, null, "definition", null, null, range);

    public static ToolRelation Similar(int one, int other, double score) =>
        new(Id(Math.Min(one, other)), RelationType.SimilarTo, Id(Math.Max(one, other)), score, 0, null, "auto", null, null, null);

    public static ToolRelation UsedWith(int one, int other, int frequency, double assoc) =>
        new(Id(Math.Min(one, other)), RelationType.UsedWith, Id(Math.Max(one, other)), assoc, frequency, assoc, "learned", null, Now, null);

    public static ToolRelation Enhances(int from, int to, double strength) =>
        new(Id(from), RelationType.Enhances, Id(to), strength, 0, null, "manual", "It's better", null, null);

    public static AgentUse Use(int tool, int frequency, double ewma) =>
        new(Id(tool), frequency, frequency * 0.5, 1000L * frequency, ewma, Now, ["contracts"]);

    public static ContextSuggestion Suggestion(string pattern, int tool, double strength, params string[] keywords) =>
        new(pattern, keywords, Id(tool), 3, 2.5, strength, Now);
}
