using System.Collections.Concurrent;
using System.Security.Cryptography;
using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Access.Keys;

/// <summary>Who an API key stands for (platform spec 8.1). Thread-safe.</summary>
internal sealed class ApiKeyCallers(AccessState state, IDbContextFactory<RegistryDbContext> contexts, TimeProvider time)
{
    /// <summary>How often the last use of a key is written, at most.</summary>
    public static readonly TimeSpan UsePause = TimeSpan.FromMinutes(1);

    private const int MaxRemembered = 10_000;

    /// <summary>Compared where there is no such key, so that the time tells nothing.</summary>
    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    /// <summary>The key's row when it is genuine, neither over nor revoked; else null.</summary>
    public async ValueTask<ApiKey?> FindAsync(ApiKeyText text, CancellationToken cancellationToken)
    {
        var key = await state.FindKeyAsync(text.Id, cancellationToken);
        var genuine = CryptographicOperations.FixedTimeEquals(text.Hash(), key?.Hash ?? NoHash);
        return genuine && key!.IsGood(time.GetUtcNow()) ? key : null;
    }

    /// <summary>The caller, or null when the key is not good or its account is gone. Notes the use.</summary>
    public async ValueTask<Caller?> ReadAsync(ApiKeyText text, CancellationToken cancellationToken)
    {
        if (await FindAsync(text, cancellationToken) is not { } key || await OwnerAsync(key, cancellationToken) is not { } caller)
        {
            return null;
        }

        await NoteUseAsync(key, cancellationToken);
        return caller with { KeyId = key.Id };
    }

    /// <summary>Writes when the key was last used, unless that was written within <see cref="UsePause"/>.</summary>
    public async ValueTask NoteUseAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var last = _used.GetValueOrDefault(key.Id, key.LastUsedAt ?? DateTimeOffset.MinValue);
        if (now - last < UsePause)
        {
            return;
        }

        if (_used.Count >= MaxRemembered)
        {
            _used.Clear();
        }

        _used[key.Id] = now;
        try
        {
            var before = now - UsePause;
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await db.Set<ApiKey>()
                .Where(row => row.Id == key.Id && (row.LastUsedAt == null || row.LastUsedAt <= before))
                .ExecuteUpdateAsync(row => row.SetProperty(it => it.LastUsedAt, now), cancellationToken);
        }
        catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
        {
            // Nobody is kept out for that.
        }
    }

    private async ValueTask<Caller?> OwnerAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var scopes = key.Scopes.ToHashSet(StringComparer.Ordinal);
        if (key.OwnerKind == CallerKind.Service)
        {
            return (await state.CurrentAsync(cancellationToken)).AccountByName(key.OwnerId)
                ?.AsCaller(CallerProof.Login, key.ExpiresAt, scopes, key.Id);
        }

        var facts = key.OwnerToday;
        return new Caller
        {
            Kind = key.OwnerKind,
            Id = key.OwnerId,
            Roles = facts.Roles,
            Scopes = scopes,
            Agents = facts.Agents.ToHashSet(StringComparer.Ordinal),
            Projects = facts.Projects.ToHashSet(StringComparer.Ordinal),
            Discussions = facts.Discussions.ToHashSet(StringComparer.Ordinal),
            KeyId = key.Id,
            ExpiresAt = key.ExpiresAt,
        };
    }
}
