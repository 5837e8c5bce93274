using System.Text.Json.Nodes;
using Capns.Contracts.Catalogue;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>One change of the catalogue inside its transaction: the rows, what is said to others, and the audit log. Not thread-safe.</summary>
internal sealed class CatalogueEdit(RegistryTransaction transaction, Actor actor, OutboundDocuments documents, IAuditTrail audit)
{
    /// <summary>One writer of the catalogue at a time, over all instances: looking first and writing then is safe.</summary>
    private const long LockKey = 0x4341504E53_01;

    private bool _locked;

    public RegistryDbContext Db => transaction.Db;

    public DateTimeOffset Now => transaction.Now;

    public CancellationToken CancellationToken => transaction.CancellationToken;

    /// <summary>Who does it, by name.</summary>
    public string By => actor.Caller.Id;

    /// <summary>The tools that were changed: caches forget them after the commit.</summary>
    public HashSet<(Guid Id, string Slug)> Touched { get; } = [];

    /// <summary>Waits for every other change of the catalogue to end.</summary>
    public async Task LockAsync()
    {
        if (!_locked)
        {
            await Db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", CancellationToken);
            _locked = true;
        }
    }

    /// <summary>Publishes a catalogue event and writes the audit entry (platform spec 3.24, 8.5).</summary>
    /// <param name="name">Of the event, one of <see cref="EventNames.Catalogue"/>.</param>
    /// <param name="action">For the audit log, e.g. <c>tool.publish</c>.</param>
    /// <param name="row">The tool as it is now.</param>
    /// <param name="version">The version it is about. Absent: the latest.</param>
    /// <param name="changes">Names of the fields that changed.</param>
    public void Say(string name, string action, Tool row, string? version = null, IReadOnlyList<string>? changes = null)
    {
        Touched.Add((row.Id, row.Slug));
        // The records of all catalogue events have one shape; the name alone tells them apart.
        var payload = new ToolUpdated
        {
            ToolId = row.Id.ToString(),
            Slug = row.Slug,
            Name = row.Name,
            Version = version ?? row.Version,
            Category = row.Category,
            SecurityLevel = row.SecurityLevel,
            ChangedBy = By,
            Timestamp = Now,
            Changes = changes,
        };
        transaction.Send(documents.Create(name, payload, name, name), row.Id.ToString());
        var details = new JsonObject { ["slug"] = row.Slug, ["version"] = payload.Version };
        if (changes is not null)
        {
            details["changes"] = new JsonArray([.. changes.Select(change => JsonValue.Create(change))]);
        }

        audit.Append(transaction, actor.Entry(action, "tool", row.Id.ToString(), row.SecurityLevel, details));
    }
}
