using Capns.Access.Keys;

namespace Capns.Access.Rules;

/// <summary>What this instance knows of the rules: never older than a second, whoever changed them. Reading takes no lock.</summary>
internal sealed class AccessState(IAccessTables tables, TimeProvider time) : IAccessRules, IDisposable
{
    /// <summary>Older than this, the rules are looked at again before anybody is answered by them.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1, 1);
    private Reading? _last;

    /// <summary>The rules as of at most <see cref="MaxAge"/> ago.</summary>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL is away: nobody can say who may do what.</exception>
    public ValueTask<AccessSnapshot> CurrentAsync(CancellationToken cancellationToken)
    {
        var last = Volatile.Read(ref _last);
        // By the clock that is never set back.
        return last is not null && time.GetElapsedTime(last.At) <= MaxAge ? new(last.Rules) : new(RefreshAsync(cancellationToken));
    }

    /// <summary>Takes over what was committed before the call.</summary>
    public async Task<AccessSnapshot> RefreshAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var at = time.GetTimestamp();
            var known = _last?.Rules ?? AccessSnapshot.Empty;
            var rules = await tables.RevisionAsync(cancellationToken) == known.Revision ? known : await tables.ReadAsync(cancellationToken);
            Volatile.Write(ref _last, new Reading(rules, at));
            return rules;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>A key's row; null when there is none.</summary>
    public async ValueTask<ApiKey?> FindKeyAsync(string id, CancellationToken cancellationToken)
    {
        var rules = await CurrentAsync(cancellationToken);
        if (rules.RememberedKey(id) is { } remembered)
        {
            return remembered;
        }

        var key = await tables.FindKeyAsync(id, cancellationToken);
        if (key is not null)
        {
            rules.Remember(key);
        }

        return key;
    }

    public void Dispose() => _one.Dispose();

    private sealed record Reading(AccessSnapshot Rules, long At);
}
