namespace Capns.Access.Keys;

/// <summary>Hears what somebody's token says of them, which counts for their API keys too. Thread-safe.</summary>
internal interface IKeyOwners
{
    /// <summary>Notes what a token says of a person or agent; never throws because PostgreSQL is away.</summary>
    /// <param name="caller">Known by a token of its own.</param>
    /// <param name="issuedAt">When the token was made. Absent: it does not say so, and counts as made now.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    ValueTask SawAsync(Caller caller, DateTimeOffset? issuedAt, CancellationToken cancellationToken);
}
