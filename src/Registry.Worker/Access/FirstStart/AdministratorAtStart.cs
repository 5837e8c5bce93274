using System.Text.Json;
using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access.Keys;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Access.FirstStart;

/// <summary>
/// Makes the first login: the key that CAPNS_ADMIN_KEY says, else, when there is no administrator's key yet, a new one that is printed
/// once on standard error and stored nowhere.
/// </summary>
/// <remarks>
/// Printed before the commit: an instance that is killed in between leaves a key that does not work and makes another at its next
/// start, never a key that works and that nobody knows.
/// </remarks>
internal sealed partial class AdministratorAtStart(
    AccessOptions options, RegistryTransactions transactions, IAuditTrail audit, FirstKeyPrinter printer,
    ILogger<AdministratorAtStart> logger)
    : IHostedService
{
    /// <summary>Id of the owner of the first key.</summary>
    public const string Owner = "capns-administrator";

    /// <summary>How long the first key lasts; one that is set by environment begins anew at every start.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    private static readonly Guid Key = new("7d0b1c0e-1f64-4f0e-9b52-2a3d5f9c6a11");

    public async Task StartAsync(CancellationToken cancellationToken) => await transactions.RunAsync(
        Key,
        transaction => options.AdministratorKey is { } given ? KeepAsync(transaction, given) : MakeAsync(transaction),
        cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A key that was revoked stays so: the variable may have been forgotten there.</summary>
    private async Task KeepAsync(RegistryTransaction transaction, ApiKeyText given)
    {
        var row = await transaction.Db.Set<ApiKey>().SingleOrDefaultAsync(key => key.Id == given.Id, transaction.CancellationToken);
        if (row is { RevokedAt: not null })
        {
            LogRevoked(given.Id);
            return;
        }

        if (row is not null)
        {
            transaction.Db.Remove(row);
            await transaction.Db.SaveChangesAsync(transaction.CancellationToken);
        }

        Add(transaction, given, "CAPNS_ADMIN_KEY");
    }

    private async Task MakeAsync(RegistryTransaction transaction)
    {
        // Instances that start together: the second waits here, and then finds the first one's key.
        await transaction.Db.Database.ExecuteSqlAsync(
            $"SELECT pg_advisory_xact_lock(hashtext('capns first administrator'))", transaction.CancellationToken);
        if (await transaction.Db.Set<ApiKey>()
            .AnyAsync(key => key.OwnerId == Owner && key.OwnerKind == CallerKind.User, transaction.CancellationToken))
        {
            return;
        }

        var made = ApiKeyText.Create();
        Add(transaction, made, "first start");
        await transaction.Db.SaveChangesAsync(transaction.CancellationToken);
        printer.Print(made);
    }

    private void Add(RegistryTransaction transaction, ApiKeyText text, string name)
    {
        transaction.Db.Add(new ApiKey
        {
            Id = text.Id,
            Hash = text.Hash(),
            OwnerKind = CallerKind.User,
            OwnerId = Owner,
            Name = name,
            Scopes = [PermissionNames.Everything],
            Owner = JsonSerializer.Serialize(new KeyOwner { Roles = [RolePermissions.Admin] }, WireJson.Options),
            CreatedAt = transaction.Now,
            ExpiresAt = transaction.Now + Lifetime,
        });
        audit.Append(transaction,
            new AuditEntry { Actor = Callers.Platform, Action = "api-key.create", ObjectKind = "api-key", ObjectId = text.Id });
    }

    [LoggerMessage(EventId = 3630, Level = LogLevel.Warning, Message = "CAPNS_ADMIN_KEY names key {Id}, which is revoked and stays so")]
    private partial void LogRevoked(string id);
}

/// <summary>Where the first key is shown.</summary>
internal sealed class FirstKeyPrinter(TextWriter to)
{
    /// <summary>One line, beside the logs.</summary>
    public void Print(ApiKeyText key) =>
        to.WriteLine($"First administrator key, shown this once: {key}  (header X-API-Key; CAPNS_ADMIN_KEY sets one of your own)");
}
