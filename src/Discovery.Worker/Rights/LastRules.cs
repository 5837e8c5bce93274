using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Hosting.Postgres;

namespace Capns.Discovery.Worker.Rights;

/// <summary>The rules as of a second ago, and while PostgreSQL is away the last ones that were read, for a while. Thread-safe.</summary>
/// <remarks>
/// The registry does not judge by old rules; this worker may, because its answers only name tools: before one is run the registry judges
/// again (docs/adr/0021). Nobody waits for a PostgreSQL that is known to be away; <see cref="RulesWatch"/> finds out when it is back.
/// </remarks>
internal sealed partial class LastRules(AccessState state, TimeProvider time, ILogger<LastRules> logger) : IAccessRules
{
    /// <summary>Older rules do not count any more.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    /// <summary>Longest wait for a PostgreSQL that does not answer, when there are rules to go on with.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private Held? _last;
    private bool _away;

    public async ValueTask<AccessSnapshot> CurrentAsync(CancellationToken cancellationToken) => (await NowAsync(cancellationToken)).Rules;

    /// <summary>The rules that count now, and whether they may be out of date.</summary>
    /// <exception cref="System.Data.Common.DbException">PostgreSQL is away, and there are none, or none that still count.</exception>
    public async ValueTask<RulesNow> NowAsync(CancellationToken cancellationToken)
    {
        var last = Volatile.Read(ref _last);
        if (last is null || time.GetElapsedTime(last.At) > MaxAge)
        {
            return new RulesNow(await RefreshAsync(cancellationToken), IsStale: false);
        }

        return !Volatile.Read(ref _away) && await TryReadAsync(cancellationToken) is { } rules
            ? new RulesNow(rules, IsStale: false)
            : new RulesNow(last.Rules, IsStale: true);
    }

    /// <summary>Takes over what was committed before the call.</summary>
    /// <exception cref="System.Data.Common.DbException">PostgreSQL is away.</exception>
    public async Task<AccessSnapshot> RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            var rules = await state.RefreshAsync(cancellationToken);
            Keep(rules);
            if (Interlocked.Exchange(ref _away, false))
            {
                LogBack(rules.Revision);
            }

            return rules;
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception))
        {
            NoteAway(exception.GetBaseException().Message);
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="KeyUnknownException">PostgreSQL is away, and nobody has shown the key since the rules changed last.</exception>
    public async ValueTask<ApiKey?> FindKeyAsync(string id, CancellationToken cancellationToken)
    {
        var (rules, isStale) = await NowAsync(cancellationToken);
        if (rules.RememberedKey(id) is { } remembered)
        {
            return remembered;
        }

        if (isStale)
        {
            throw new KeyUnknownException(null);
        }

        try
        {
            return await state.FindKeyAsync(id, cancellationToken);
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception))
        {
            NoteAway(exception.GetBaseException().Message);
            throw new KeyUnknownException(exception);
        }
    }

    /// <summary>Null when PostgreSQL is away, or does not answer in time.</summary>
    private async ValueTask<AccessSnapshot?> TryReadAsync(CancellationToken cancellationToken)
    {
        var reading = state.CurrentAsync(cancellationToken);
        try
        {
            var rules = reading.IsCompletedSuccessfully
                ? reading.Result
                : await reading.AsTask().WaitAsync(Patience, time, cancellationToken);
            Keep(rules);
            return rules;
        }
        catch (Exception exception) when (exception is TimeoutException || DatabaseOutage.Is(exception))
        {
            NoteAway(exception.GetBaseException().Message);
            return null;
        }
    }

    private void Keep(AccessSnapshot rules)
    {
        var last = Volatile.Read(ref _last);
        if (last is null || last.Rules != rules || time.GetElapsedTime(last.At) > AccessState.MaxAge)
        {
            Volatile.Write(ref _last, new Held(rules, time.GetTimestamp()));
        }
    }

    private void NoteAway(string reason)
    {
        if (!Interlocked.Exchange(ref _away, true))
        {
            LogAway(reason);
        }
    }

    private sealed record Held(AccessSnapshot Rules, long At);

    [LoggerMessage(
        EventId = 3070, Level = LogLevel.Warning,
        Message = "The rules of access cannot be read, the last ones count for up to 10 min: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(EventId = 3071, Level = LogLevel.Information, Message = "The rules of access are read again, as of revision {Revision}")]
    private partial void LogBack(long revision);
}

/// <summary>Rules to judge by.</summary>
/// <param name="Rules">All of them.</param>
/// <param name="IsStale">True: PostgreSQL is away, and they may have changed since.</param>
internal readonly record struct RulesNow(AccessSnapshot Rules, bool IsStale);

/// <summary>Whether a login holds depends on an API key that cannot be looked up now.</summary>
internal sealed class KeyUnknownException(Exception? inner)
    : Exception("The database is away, and with it what is known of this login. Try again in a few seconds.", inner);
