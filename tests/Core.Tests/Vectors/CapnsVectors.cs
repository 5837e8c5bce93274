using System.Reflection;
using System.Text.Json;

namespace Capns.Core.Tests.Vectors;

/// <summary>The public CapNs vectors, read once. A contested one has other right answers under other policies.</summary>
public static class CapnsVectors
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly VectorFile File = Read();

    /// <summary>How many there are of each kind, as the file says.</summary>
    public static IReadOnlyDictionary<string, int> Counts => File.Counts;

    public static IEnumerable<Vector> Of(string kind) => File.Vectors.Where(vector => vector.Kind == kind);

    /// <summary>The ids of a kind, for theories.</summary>
    public static TheoryData<string> Ids(string kind, bool contested = false) =>
        [.. Of(kind).Where(vector => vector.Contested == contested).Select(vector => vector.Id)];

    public static Vector Get(string id) => File.Vectors.Single(vector => vector.Id == id);

    private static VectorFile Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("capns-vectors.json")!;
        return JsonSerializer.Deserialize<VectorFile>(stream, SnakeCase)!;
    }

    private sealed record VectorFile(Dictionary<string, int> Counts, List<Vector> Vectors);
}

/// <summary>One vector; which members are there depends on its kind.</summary>
public sealed record Vector
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    public bool Contested { get; init; }

    public string? Note { get; init; }

    public string? UrnType { get; init; }

    public string? Input { get; init; }

    public JsonElement Expected { get; init; }

    public Dictionary<string, string>? ExpectedTags { get; init; }

    public int? ExpectedCode { get; init; }

    public string? ExpectedName { get; init; }

    public int? ExpectedPosition { get; init; }

    public string? Pattern { get; init; }

    public string? Instance { get; init; }

    public VectorError? ExpectedError { get; init; }

    public string? Cap { get; init; }

    public string? Request { get; init; }

    public string? Urn { get; init; }

    public int[]? ExpectedTuple { get; init; }

    public int? ExpectedReference { get; init; }

    public int? ExpectedTagcount { get; init; }

    public List<RegisteredCap>? Registered { get; init; }

    public int? ExpectedIndex { get; init; }

    public Dictionary<string, JsonElement>? Alternatives { get; init; }

    public string? Level { get; init; }

    public JsonElement Json { get; init; }

    public string? ExpectedIssue { get; init; }

    public List<string>? Registry { get; init; }
}

public sealed record VectorError(int Code, string Name);

public sealed record RegisteredCap(string Cap, string? Registry = null, string? Set = null);
