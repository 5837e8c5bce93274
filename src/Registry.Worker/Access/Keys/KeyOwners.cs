using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Capns.Access;
using Capns.Access.Keys;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Access.Keys;

/// <summary>
/// Hands on to somebody's API keys what their newest token says: a role that was taken away is gone from the keys too. Thread-safe.
/// </summary>
/// <remarks>
/// The newest is the one that was made last, whenever it is shown: an older token that is still good gives nothing back. One look at
/// the table for each token and instance; rows are written, and rules counted up, only where something differs.
/// </remarks>
internal sealed class KeyOwners(IDbContextFactory<RegistryDbContext> contexts, TimeProvider time) : IKeyOwners
{
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<(CallerKind Kind, string Id), Seen> _seen = new();

    public async ValueTask SawAsync(Caller caller, DateTimeOffset? issuedAt, CancellationToken cancellationToken)
    {
        if (caller.Kind is not (CallerKind.User or CallerKind.Agent))
        {
            return;
        }

        var at = issuedAt ?? time.GetUtcNow();
        var facts = JsonSerializer.Serialize(KeyOwner.Of(caller), WireJson.Options);
        var seen = new Seen(issuedAt, Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(facts))));
        if (_seen.GetValueOrDefault((caller.Kind, caller.Id)) == seen)
        {
            return;
        }

        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await WriteAsync(db, caller, facts, at, cancellationToken);
        }
        catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
        {
            // Nobody is kept out for that; the next request with the token tries again.
            return;
        }

        if (_seen.Count >= MaxRemembered)
        {
            _seen.Clear();
        }

        _seen[(caller.Kind, caller.Id)] = seen;
    }

    /// <summary>Two statements: setting the facts counts the rules up, whatever they are set to.</summary>
    private async Task WriteAsync(RegistryDbContext db, Caller caller, string facts, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (kind, now) = (CallerKinds.Word(caller.Kind), time.GetUtcNow());
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE api_keys SET owner_now = {facts}::jsonb, owner_seen_at = {at}
            WHERE owner_kind = {kind} AND owner_id = {caller.Id} AND revoked_at IS NULL AND expires_at > {now}
                AND (owner->>'fromLogin')::boolean AND coalesce(owner_seen_at, '-infinity') <= {at}
                AND coalesce(owner_now, owner) <> {facts}::jsonb
            """,
            cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE api_keys SET owner_seen_at = {at}
            WHERE owner_kind = {kind} AND owner_id = {caller.Id} AND revoked_at IS NULL AND expires_at > {now}
                AND (owner->>'fromLogin')::boolean AND coalesce(owner_seen_at, '-infinity') < {at}
            """,
            cancellationToken);
    }

    private sealed record Seen(DateTimeOffset? IssuedAt, string Facts);
}
