using System.Text.Json;
using Capns.Testing;

namespace Capns.Discovery.Worker.Tests.Quality;

/// <summary>The data of the quality benchmark, read from <c>bench/quality</c> of this checkout.</summary>
internal static class QualityData
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The folder <c>bench/quality</c>.</summary>
    public static string Folder { get; } = Path.Combine(Checkout.Root, "bench", "quality");

    /// <summary>Every tool, domains in the order of their names, tools in the order of their file.</summary>
    public static IReadOnlyList<QualityTool> Tools { get; } =
    [
        .. Directory.GetFiles(Path.Combine(Folder, "tools"), "*.json")
            .Order(StringComparer.Ordinal)
            .SelectMany(file => Read<QualityTool[]>(file).Select(tool => tool with { Domain = Path.GetFileNameWithoutExtension(file) })),
    ];

    /// <summary>Every labelled query, in the order of the file.</summary>
    public static IReadOnlyList<LabelledQuery> Queries { get; } = Read<LabelledQuery[]>(Path.Combine(Folder, "queries.json"));

    /// <summary>What the simulated history is drawn from.</summary>
    public static HistoryPlan History { get; } = Read<HistoryPlan>(Path.Combine(Folder, "history.json"));

    /// <summary>The domain of each tool, by slug.</summary>
    public static IReadOnlyDictionary<string, string> DomainOf { get; } = Tools.ToDictionary(tool => tool.Slug, tool => tool.Domain);

    private static T Read<T>(string file) =>
        JsonSerializer.Deserialize<T>(File.ReadAllText(file), Strict) ?? throw new InvalidDataException($"{file} holds null.");
}

/// <summary>A tool definition as its author would register it; the fields of platform spec 5.1 without the version.</summary>
internal sealed record QualityTool(
    string Slug,
    string Name,
    string DisplayName,
    string Description,
    string Category,
    IReadOnlyList<string> Tags,
    IReadOnlyList<string> Capabilities,
    JsonElement Parameters,
    IReadOnlyList<QualityExample> Examples,
    string SecurityLevel,
    decimal CostEstimate,
    int ExecutionTimeEstimate)
{
    /// <summary>The file the tool stands in, without its ending.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Domain { get; init; } = "";
}

/// <summary>One example of a call.</summary>
internal sealed record QualityExample(string Name, JsonElement Input);

/// <summary>A query with the tools of which any one is a right first answer.</summary>
/// <param name="Query">What somebody typed.</param>
/// <param name="Best">One to three slugs, none better than the others.</param>
/// <param name="Part"><c>tune</c> or <c>measured</c>, by the rule of <see cref="QualitySplit"/>.</param>
/// <param name="Kind">What makes the query hard.</param>
internal sealed record LabelledQuery(string Query, IReadOnlyList<string> Best, string Part, string Kind);

/// <summary>What the simulated history is drawn from; <see cref="SimulatedHistory"/> says how.</summary>
internal sealed record HistoryPlan(
    ulong Seed,
    int Runs,
    DateTimeOffset Start,
    int SecondsBetweenRuns,
    double BaseFailureRate,
    double SkipRate,
    double StrayRate,
    double FeedbackRate,
    IReadOnlyList<string> Agents,
    IReadOnlyList<UnreliableTool> Unreliable,
    IReadOnlyList<HistoryWorkflow> Workflows);

/// <summary>A tool that fails more often than the others.</summary>
internal sealed record UnreliableTool(string Tool, double FailureRate);

/// <summary>Tools that are used together, and how the agents that do so talk about the task.</summary>
internal sealed record HistoryWorkflow(
    string Name,
    IReadOnlyList<string> Tools,
    int Weight,
    string Topic,
    IReadOnlyList<string> Keywords,
    IReadOnlyList<string> Agents);
