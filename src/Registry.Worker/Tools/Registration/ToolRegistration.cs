using Capns.Contracts.Catalogue;
using Capns.Contracts.Executions;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>Registers tools and publishes versions: rows and event in one transaction (platform spec 3.24, 5.10). Thread-safe.</summary>
internal sealed class ToolRegistration(RegistryTransactions transactions, OutboundDocuments documents, ToolCatalogue catalogue, CapabilityIndex capabilities)
{
    /// <summary>Work on the catalogue is done one after the other in one instance; between instances a lock in the database does the same.</summary>
    private static readonly Guid CatalogueKey = new("5f0d3c1e-6a0f-4d6e-9b1c-7c61b6a1c0de");

    /// <summary>Registers a new tool; one that is there already is DUPLICATE_TOOL.</summary>
    /// <param name="definition">Checked by <see cref="DefinitionCheck"/>.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<PublishResult> RegisterAsync(ToolDefinition definition, string by, CancellationToken cancellationToken) =>
        RunAsync(definition, by, ToolStore.RegisterAsync, cancellationToken);

    /// <summary>Registers a tool or publishes a version of it; the same content again changes nothing.</summary>
    /// <inheritdoc cref="RegisterAsync"/>
    public Task<PublishResult> PublishAsync(ToolDefinition definition, string by, CancellationToken cancellationToken) =>
        RunAsync(definition, by, ToolStore.PublishAsync, cancellationToken);

    private async Task<PublishResult> RunAsync(ToolDefinition definition, string by, StoreStep step, CancellationToken cancellationToken)
    {
        var result = PublishResult.Refused(ErrorCodes.InternalError, "Not run.");
        await transactions.RunAsync(
            CatalogueKey,
            async transaction =>
            {
                result = await step(definition, by, transaction.Db, transaction.Now, transaction.CancellationToken);
                if (Event(result, definition, by, transaction.Now) is { } message)
                {
                    transaction.Send(message, result.ToolId.ToString());
                }
            },
            cancellationToken);
        if (!result.IsRefused)
        {
            catalogue.Forget(result.ToolId, result.Slug);
            await RefreshAsync(result, cancellationToken);
        }

        return result;
    }

    /// <summary>This instance chooses by the change at once. Before the first reading, at start, there is nothing to correct.</summary>
    private async Task RefreshAsync(PublishResult result, CancellationToken cancellationToken)
    {
        if (result.Kind == PublishKind.Unchanged || capabilities.Current.Revision == 0)
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

    private OutboundMessage? Event(PublishResult result, ToolDefinition definition, string by, DateTimeOffset now) => result.Kind switch
    {
        PublishKind.Registered => documents.Event(new ToolRegistered
        {
            ToolId = result.ToolId.ToString(),
            Slug = result.Slug,
            Name = definition.Name,
            Version = definition.Version,
            Category = definition.Category,
            SecurityLevel = definition.SecurityLevel,
            ChangedBy = by,
            Timestamp = now,
        }),
        PublishKind.VersionPublished => documents.Event(new ToolVersionPublished
        {
            ToolId = result.ToolId.ToString(),
            Slug = result.Slug,
            Name = definition.Name,
            Version = definition.Version,
            Category = definition.Category,
            SecurityLevel = definition.SecurityLevel,
            ChangedBy = by,
            Timestamp = now,
        }),
        _ => null,
    };

    private delegate Task<PublishResult> StoreStep(
        ToolDefinition definition, string by, Persistence.RegistryDbContext db, DateTimeOffset now, CancellationToken cancellationToken);
}
