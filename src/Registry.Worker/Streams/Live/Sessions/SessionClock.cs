namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>What a session owes to time (platform spec 4.7): pings, patience, the ends of tokens. Thread-safe.</summary>
internal sealed class SessionClock(TimeSpan heartbeat, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly DateTimeOffset _began = time.GetUtcNow();
    private DateTimeOffset _pingedAt = time.GetUtcNow();
    private DateTimeOffset? _unansweredSince;
    private bool _noticed;
    private bool _over;

    /// <summary>A ping was answered.</summary>
    public void Ponged()
    {
        lock (_lock)
        {
            _unansweredSince = null;
        }
    }

    /// <summary>A later end is announced again.</summary>
    public void LoginRenewed()
    {
        lock (_lock)
        {
            _noticed = false;
        }
    }

    /// <summary>What is due now; one thing at a time, each end once.</summary>
    public SessionDue Tick(SessionState state)
    {
        lock (_lock)
        {
            var due = _over ? SessionDue.Nothing : Due(state, time.GetUtcNow());
            _over |= due is not (SessionDue.Nothing or SessionDue.Ping or SessionDue.Expiring);
            return due;
        }
    }

    private SessionDue Due(SessionState state, DateTimeOffset now)
    {
        if (!state.IsKnown)
        {
            return now - _began >= StreamOptions.LoginPatience ? SessionDue.NoLogin : SessionDue.Nothing;
        }

        if (state.TokenEnds <= now)
        {
            return SessionDue.Expired;
        }

        if (state.IsOverrun || now - state.FullSince >= StreamOptions.Patience)
        {
            return SessionDue.TooSlow;
        }

        if (now - _unansweredSince >= 2 * heartbeat)
        {
            return SessionDue.Silent;
        }

        if (!_noticed && state.TokenEnds - StreamOptions.ExpiryNotice <= now)
        {
            _noticed = true;
            return SessionDue.Expiring;
        }

        if (now - _pingedAt < heartbeat)
        {
            return SessionDue.Nothing;
        }

        _pingedAt = now;
        _unansweredSince ??= now;
        return SessionDue.Ping;
    }
}

/// <summary>A session as its clock sees it.</summary>
internal readonly record struct SessionState(bool IsKnown, DateTimeOffset? TokenEnds, DateTimeOffset? FullSince, bool IsOverrun);

/// <summary>What time brings.</summary>
internal enum SessionDue
{
    Nothing = 0,
    Ping = 1,

    /// <summary>No token came in time.</summary>
    NoLogin = 2,

    /// <summary>The token ends soon.</summary>
    Expiring = 3,
    Expired = 4,

    /// <summary>Pings are not answered.</summary>
    Silent = 5,

    /// <summary>The buffer has been full for too long.</summary>
    TooSlow = 6,
}
