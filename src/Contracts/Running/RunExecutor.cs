namespace Capns.Contracts.Running;

/// <summary>What an attempt runs (platform spec 5.5).</summary>
public sealed record RunExecutor
{
    /// <summary><c>builtin</c>, <c>command</c> or <c>container</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Slug of the built-in tool. Required for <c>builtin</c>.</summary>
    public string? Handler { get; init; }

    /// <summary>Program and arguments. Required for <c>command</c>; for <c>container</c> absent means the image's own.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Image name, with digest where one is known. Required for <c>container</c>.</summary>
    public string? Image { get; init; }

    /// <summary>Environment variables of the tool.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
