using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Discovery.Worker.Rights;
using Capns.Testing;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Rights;

/// <summary>Filters of callers who have just asked before.</summary>
public sealed class RecentFiltersTests
{
    private readonly ManualTime _time = new(RandomRules.Now);
    private readonly RulesNow _rules;
    private readonly RecentFilters _filters;

    public RecentFiltersTests()
    {
        var ending = RandomRules.Grant("role", "user", PermissionNames.RunDangerous, expiresAt: RandomRules.Now + TimeSpan.FromMilliseconds(500));
        _rules = new RulesNow(RandomRules.Rules([], ending), IsStale: false);
        _filters = new RecentFilters(_time);
    }

    private static Caller Alice => new() { Kind = CallerKind.User, Id = "alice", Roles = ["user"] };

    [Fact]
    public void Get_SameCallerAgain_IsTheSameFilter()
    {
        var first = _filters.Get(Alice, "a1", _rules);

        Assert.Same(first, _filters.Get(Alice, "a1", _rules));
        Assert.NotSame(first, _filters.Get(Alice, "a2", _rules));
        Assert.NotSame(first, _filters.Get(Alice with { Id = "bob" }, "a1", _rules));
        Assert.NotSame(first, _filters.Get(Alice with { Scopes = new HashSet<string>() }, "a1", _rules));
    }

    [Fact]
    public void Get_OtherRules_CountAtOnce()
    {
        var first = _filters.Get(Alice, null, _rules);
        var stale = _filters.Get(Alice, null, _rules with { IsStale = true });
        var changed = _filters.Get(Alice, null, new RulesNow(RandomRules.Rules(), IsStale: false));

        Assert.Equal((false, true), (first.IsStale, stale.IsStale));
        Assert.Equal((SecurityLevel.Dangerous, SecurityLevel.Moderate), (first.HighestLevel, changed.HighestLevel));
    }

    // What ends by the clock counts for a second longer, at most.
    [Fact]
    public void Get_GrantHasEnded_CountsForAtMostASecond()
    {
        Assert.Equal(SecurityLevel.Dangerous, _filters.Get(Alice, null, _rules).HighestLevel);

        _time.Advance(AccessState.MaxAge + TimeSpan.FromMilliseconds(1));

        Assert.Equal(SecurityLevel.Moderate, _filters.Get(Alice, null, _rules).HighestLevel);
    }

    [Fact]
    public void Get_MoreCallersThanAreKept_AreAllAnswered() => Assert.All(
        Enumerable.Range(0, 1500), number => Assert.Equal(SecurityLevel.Dangerous, _filters.Get(Alice with { Id = $"u{number}" }, null, _rules).HighestLevel));
}
