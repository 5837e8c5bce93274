using Capns.Access.Rules;
using Capns.Discovery.Worker.Rights;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Rights;

/// <summary>By which rules this worker judges while PostgreSQL is away.</summary>
public sealed class LastRulesTests : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ManualTime _time = new();
    private readonly TestTables _tables = new();
    private readonly AccessState _state;
    private readonly LastRules _rules;

    public LastRulesTests()
    {
        _state = new AccessState(_tables, _time);
        _rules = new LastRules(_state, _time, NullLogger<LastRules>.Instance);
    }

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Now_NothingWasEverRead_IsAnOutageAndNoRules()
    {
        _tables.IsAway = true;
        await Assert.ThrowsAsync<NpgsqlException>(NowAsync);

        _tables.IsAway = false;
        Assert.Equal((_tables.Rules, false), await NowAsync());
    }

    [Fact]
    public async Task Now_ChangedRules_CountAfterASecond()
    {
        await NowAsync();
        _tables.Rules = new AccessSnapshot(2, [], [], []);
        _time.Advance(AccessState.MaxAge + Moment);

        Assert.Equal((_tables.Rules, false), await NowAsync());
    }

    [Fact]
    public async Task Now_DatabaseIsAway_IsTheLastRulesForTenMinutesAndSaysSo()
    {
        await NowAsync();
        _tables.IsAway = true;
        _time.Advance(AccessState.MaxAge + Moment);
        Assert.Equal((_tables.Rules, true), await NowAsync());

        _time.Advance(LastRules.MaxAge - AccessState.MaxAge - Moment);
        Assert.Equal((_tables.Rules, true), await NowAsync());

        _time.Advance(Moment);
        await Assert.ThrowsAsync<NpgsqlException>(NowAsync);
    }

    [Fact]
    public async Task Now_DatabaseIsBack_IsItsRulesAndNotStale()
    {
        await NowAsync();
        _tables.IsAway = true;
        _time.Advance(TimeSpan.FromMinutes(1));
        await NowAsync();
        (_tables.IsAway, _tables.Rules) = (false, new AccessSnapshot(2, [], [], []));

        await _rules.RefreshAsync(CancellationToken.None);

        Assert.Equal((_tables.Rules, false), await NowAsync());
    }

    // Who asks does not look for a database that is known to be away; that is left to the watch.
    [Fact]
    public async Task Now_DatabaseIsKnownToBeAway_IsNotLookedFor()
    {
        await NowAsync();
        _tables.IsAway = true;
        _time.Advance(TimeSpan.FromMinutes(1));
        await NowAsync();
        var looks = _tables.Looks;

        await NowAsync();
        await NowAsync();

        Assert.Equal(looks, _tables.Looks);
    }

    [Fact]
    public async Task Now_DatabaseDoesNotAnswer_IsTheLastRulesAfterHalfASecond()
    {
        await NowAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        _tables.Hang(true);

        var asking = NowAsync();
        await Eventually.TrueAsync(() => _time.WaitingTimers > 0, "the limit of the wait");
        Assert.False(asking.IsCompleted);
        _time.Advance(LastRules.Patience);

        Assert.Equal((_tables.Rules, true), await asking);
        Assert.Equal((_tables.Rules, true), await NowAsync());
        _tables.Hang(false);
    }

    [Fact]
    public async Task Watch_DatabaseComesBack_FindsOutByItself()
    {
        await NowAsync();
        _tables.IsAway = true;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await NowAsync()).Stale);
        using var watch = new RulesWatch(_rules, _time, NullLogger<RulesWatch>.Instance);
        await watch.StartAsync(CancellationToken.None);
        _tables.IsAway = false;

        await Eventually.TrueAsync(
            async () =>
            {
                _time.Advance(RulesWatch.Interval);
                return !(await NowAsync()).Stale;
            },
            "rules that are not stale");
        await watch.StopAsync(CancellationToken.None);
    }

    private async Task<(AccessSnapshot Rules, bool Stale)> NowAsync()
    {
        var (rules, stale) = await _rules.NowAsync(CancellationToken.None);
        return (rules, stale);
    }
}
