using System.Security.Cryptography;
using System.Text;
using Capns.Contracts.Executions;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>Changes the catalogue: rows, events and audit entries in one transaction (platform spec 3.24, 5.10, 8.5). Thread-safe.</summary>
internal sealed class ToolRegistration(
    RegistryTransactions transactions, OutboundDocuments documents, IAuditTrail audit, ToolCatalogue catalogue, IToolCache cache, CapabilityIndex capabilities)
{
    /// <summary>Work on the catalogue is done one after the other in one instance; between instances a lock in the database does the same.</summary>
    private static readonly Guid CatalogueKey = new("5f0d3c1e-6a0f-4d6e-9b1c-7c61b6a1c0de");

    /// <summary>Registers a new tool; one that is there already is DUPLICATE_TOOL.</summary>
    /// <param name="definition">Checked by <see cref="DefinitionCheck"/>.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="id">The new tool's uuid, when the definition names none. Absent: a new one.</param>
    public Task<PublishResult> RegisterAsync(ToolDefinition definition, Actor actor, CancellationToken cancellationToken, Guid? id = null) =>
        RunAsync(KeyOf(definition), actor, edit => ToolStore.RegisterAsync(definition, edit, id), cancellationToken);

    /// <summary>Registers a tool or publishes a version of it; the same content again changes nothing.</summary>
    /// <inheritdoc cref="RegisterAsync"/>
    public Task<PublishResult> PublishAsync(ToolDefinition definition, Actor actor, CancellationToken cancellationToken) =>
        RunAsync(CatalogueKey, actor, edit => ToolStore.PublishAsync(definition, edit), cancellationToken);

    /// <summary>Any change of tools that are there.</summary>
    /// <param name="actor">Who does it.</param>
    /// <param name="change">May be called several times, each time with a new transaction. A refusal must leave nothing behind.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<PublishResult> ChangeAsync(Actor actor, Func<CatalogueEdit, Task<PublishResult>> change, CancellationToken cancellationToken) =>
        RunAsync(CatalogueKey, actor, change, cancellationToken);

    // A new tool that needs no other meets nobody but another one of its name, and that the database tells apart.
    private static Guid KeyOf(ToolDefinition definition) => definition.Dependencies.Count > 0
        ? CatalogueKey
        : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(definition.Id ?? definition.Name)).AsSpan(0, 16));

    private async Task<PublishResult> RunAsync(Guid key, Actor actor, Func<CatalogueEdit, Task<PublishResult>> change, CancellationToken cancellationToken)
    {
        var result = PublishResult.Refused(ErrorCodes.InternalError, "Not run.");
        HashSet<(Guid Id, string Slug)> touched = [];
        await transactions.RunAsync(
            key,
            async transaction =>
            {
                var edit = new CatalogueEdit(transaction, actor, documents, audit);
                result = await change(edit);
                touched = edit.Touched;
            },
            cancellationToken);
        await ForgetAsync(touched, cancellationToken);
        return result;
    }

    private async Task ForgetAsync(HashSet<(Guid Id, string Slug)> touched, CancellationToken cancellationToken)
    {
        if (touched.Count == 0)
        {
            return;
        }

        foreach (var (id, slug) in touched)
        {
            catalogue.Forget(id, slug);
        }

        await cache.DropAsync([.. touched.SelectMany(tool => new[] { tool.Id.ToString(), tool.Slug })]);
        await RefreshAsync(cancellationToken);
    }

    /// <summary>This instance chooses by the change at once. Before the first reading, at start, there is nothing to correct.</summary>
    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (capabilities.Current.Revision == 0)
        {
            return;
        }

        try
        {
            await capabilities.RefreshAsync(cancellationToken);
        }
        catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
        {
            // The change is committed; the watch takes it over as soon as the database is back.
        }
    }
}
