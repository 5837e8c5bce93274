namespace Capns.Access.Keys;

/// <summary>
/// Roles and memberships of a person or agent: they are told by tokens only. A key that its owner made has what the owner had then,
/// cut by what the owner's newest token says. Of a service account, its row counts.
/// </summary>
internal sealed record KeyOwner
{
    /// <summary>
    /// True: the owner's login said so. False: whoever made the key for somebody else did, and that holds until it is revoked.
    /// </summary>
    public bool FromLogin { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    public IReadOnlyList<string> Agents { get; init; } = [];

    public IReadOnlyList<string> Projects { get; init; } = [];

    public IReadOnlyList<string> Discussions { get; init; } = [];

    /// <summary>What a login says, in an order of its own: so that the same facts are the same text.</summary>
    public static KeyOwner Of(Caller caller) => new()
    {
        FromLogin = true,
        Roles = Sorted(caller.Roles),
        Agents = Sorted(caller.Agents),
        Projects = Sorted(caller.Projects),
        Discussions = Sorted(caller.Discussions),
    };

    /// <summary>What both have.</summary>
    public KeyOwner CutBy(KeyOwner newer) => this with
    {
        Roles = Both(Roles, newer.Roles),
        Agents = Both(Agents, newer.Agents),
        Projects = Both(Projects, newer.Projects),
        Discussions = Both(Discussions, newer.Discussions),
    };

    private static string[] Sorted(IEnumerable<string> words) => [.. words.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string[] Both(IEnumerable<string> one, IEnumerable<string> other) => [.. one.Intersect(other, StringComparer.Ordinal)];
}
