using Capns.Access;

namespace Capns.Registry.Worker.Streams.Live.Logins;

/// <summary>Whether logins that opened a connection still hold. Thread-safe.</summary>
internal interface IStandingLogins
{
    /// <summary>Counts up whenever keys, accounts, grants or policies change, on whichever instance.</summary>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL is away.</exception>
    ValueTask<long> RevisionAsync(CancellationToken cancellationToken);

    /// <summary>Reads a token or key again that was good before. Nothing is limited or audited: nobody tries to get in.</summary>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL is away.</exception>
    ValueTask<StandingLogin> ReadAsync(string credential, CancellationToken cancellationToken);
}

/// <summary>How a login stands.</summary>
/// <param name="Caller">With the rights of now; null unless it holds.</param>
/// <param name="IsUnknown">True: its issuer cannot be asked now, so it stands as it did.</param>
internal readonly record struct StandingLogin(Caller? Caller, bool IsUnknown = false);
