using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Capns.Access.Rules;

namespace Capns.Discovery.Worker.Rights;

/// <summary>The tools that a policy names, by themselves, their tags or their category, in sets for look-ups. Thread-safe.</summary>
internal sealed class NamedTools
{
    /// <summary>Made once for each policy that is read, not for each request.</summary>
    private static readonly ConditionalWeakTable<PolicyRule, NamedTools> Made = [];

    private NamedTools(PolicyRule policy)
    {
        Policy = policy;
        Anywhere = policy with { Match = policy.Match with { ToolIds = null, Tags = null, Categories = null } };
        // As PolicyMatch compares them: the uuid in its usual form, in any case.
        Ids = policy.Match.ToolIds?.Select(Id).OfType<Guid>().ToFrozenSet();
        Slugs = policy.Match.ToolIds?.ToFrozenSet(StringComparer.Ordinal);
        Tags = policy.Match.Tags?.ToFrozenSet(StringComparer.Ordinal);
        Categories = policy.Match.Categories?.ToFrozenSet(StringComparer.Ordinal);
    }

    public PolicyRule Policy { get; }

    /// <summary>Tools by id. Absent, with <see cref="Slugs"/>: every tool.</summary>
    public FrozenSet<Guid>? Ids { get; }

    /// <summary>The same by slug: a tool of either is named.</summary>
    public FrozenSet<string>? Slugs { get; }

    /// <summary>One of them will do. Absent: any.</summary>
    public FrozenSet<string>? Tags { get; }

    /// <summary>Absent: any.</summary>
    public FrozenSet<string>? Categories { get; }

    /// <summary>The same policy about every tool.</summary>
    public PolicyRule Anywhere { get; }

    /// <summary>Whether a policy is about some tools only.</summary>
    public static bool IsNaming(PolicyRule policy) => policy.Match is not { ToolIds: null, Tags: null, Categories: null };

    /// <summary>Of a policy that <see cref="IsNaming"/>.</summary>
    public static NamedTools Of(PolicyRule policy) => Made.GetValue(policy, static it => new NamedTools(it));

    /// <summary>The policy, about every tool.</summary>
    public static PolicyRule Without(PolicyRule policy) => IsNaming(policy) ? Of(policy).Anywhere : policy;

    private static Guid? Id(string text) =>
        Guid.TryParseExact(text, "D", out var id) && string.Equals(id.ToString(), text, StringComparison.OrdinalIgnoreCase) ? id : null;
}
