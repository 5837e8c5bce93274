namespace Capns.Registry.Worker.Approvals.Looking;

/// <summary>Body of a decision, for its description; <see cref="Listening.DecisionReader"/> reads it.</summary>
internal sealed record DecisionBody
{
    /// <summary><c>approve</c> or <c>reject</c>; the paths that are named so need none.</summary>
    public string? Decision { get; init; }

    /// <summary>Of the parameters that were looked at: others are HASH_MISMATCH.</summary>
    public string? ParametersHash { get; init; }

    public string? Feedback { get; init; }

    public IReadOnlyList<string>? Conditions { get; init; }
}
