using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Versions;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Signing;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>A catalogue as one document, out and in (platform spec 4.3: export, import). Thread-safe.</summary>
internal sealed class CatalogueExchange(ToolRegistration registration, ToolOptions options, CatalogueSigning signing)
{
    /// <summary>Name of the format.</summary>
    public const string Format = "capns-catalogue/1";

    /// <summary>Most definitions of one document.</summary>
    public const int MaxDefinitions = 5000;

    /// <summary>All versions of the tools, each as a definition, signed where there is a key; what others need comes first.</summary>
    /// <returns>Null when it would be longer than <paramref name="maxCharacters"/>: no import would read it.</returns>
    public async Task<JsonObject?> ExportAsync(IQueryable<Tool> tools, int maxCharacters, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var fitting = from version in db.Set<ToolVersion>().AsNoTracking()
                      join tool in tools on version.ToolId equals tool.Id
                      select new { Tool = tool, version.Version, version.Definition };
        var (rows, length) = (await fitting.Take(0).ToListAsync(cancellationToken), 0L);
        await foreach (var row in fitting.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            rows.Add(row);
            if ((length += row.Definition.Length) > maxCharacters)
            {
                return null;
            }
        }

        var slugs = await db.Set<Tool>().AsNoTracking().Select(tool => new { tool.Id, tool.Slug }).ToDictionaryAsync(tool => tool.Id.ToString(), tool => tool.Slug, cancellationToken);
        var ordered = rows.OrderBy(row => row.Tool.CreatedAt).ThenBy(row => row.Tool.Slug, StringComparer.Ordinal).ThenBy(row => SemVersion.Parse(row.Version));
        var documents = ordered.Select(row => (JsonNode)DefinitionText.Of(row.Tool, JsonSerializer.Deserialize<ToolDefinition>(row.Definition, WireJson.Options)!, slugs));
        var document = new JsonObject { ["format"] = Format, ["tools"] = new JsonArray([.. documents]) };
        signing.Sign(document);
        return document;
    }

    /// <summary>Why a document is not taken before anybody looks into it; null when it is.</summary>
    public string? Refuse(JsonElement document) => signing.Refuse(document);

    /// <summary>Registers and publishes what is not there; one that is refused does not stop the others.</summary>
    /// <param name="document">As exported.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="mayWrite">Asked for each definition, with the tool it would change, null when it makes a new one: null, or why not.</param>
    /// <param name="dryRun">True: nothing is kept.</param>
    /// <param name="cancellationToken">Ends the work; then nothing is kept.</param>
    public async Task<ImportReport> ImportAsync(
        IReadOnlyList<JsonElement> document, Actor actor, Func<ToolDefinition, Tool?, RegistryDbContext, Task<string?>> mayWrite, bool dryRun, CancellationToken cancellationToken)
    {
        var report = new ImportReport();
        try
        {
            await registration.ChangeAsync(
                actor,
                async edit =>
                {
                    report = await RunAsync(document, edit, mayWrite);
                    return dryRun ? throw new DryRunException() : PublishResult.Done(PublishKind.Changed, default, "");
                },
                cancellationToken);
        }
        catch (DryRunException)
        {
            // The transaction is undone, and that was asked for.
        }

        return report;
    }

    private async Task<ImportReport> RunAsync(IReadOnlyList<JsonElement> document, CatalogueEdit edit, Func<ToolDefinition, Tool?, RegistryDbContext, Task<string?>> mayWrite)
    {
        var report = new ImportReport();
        await edit.LockAsync();
        var open = new List<(int Index, ToolDefinition Definition)>();
        for (var index = 0; index < document.Count; index++)
        {
            if (DefinitionCheck.Check(document[index], options, out var errors) is { } definition)
            {
                open.Add((index, definition));
            }
            else
            {
                report.Errors.AddRange(errors.Select(error => error with { Path = $"/tools/{index}{error.Path}" }));
            }
        }

        // A tool may need one that comes later: what was refused for that is tried again as long as others succeed.
        for (var progress = true; progress && open.Count > 0;)
        {
            progress = false;
            var waiting = new List<(int Index, ToolDefinition Definition, PublishResult Result)>();
            foreach (var (index, definition) in open)
            {
                var result = await mayWrite(definition, await ToolStore.FindAsync(definition, edit), edit.Db) is { } reason
                    ? PublishResult.Refused(ErrorCodes.InsufficientPermissions, reason)
                    : await ToolStore.PublishAsync(definition, edit);
                await edit.Db.SaveChangesAsync(edit.CancellationToken);

                // All that is kept in memory would be looked through for changes with every further definition.
                edit.Db.ChangeTracker.Clear();
                if (result.Code == ErrorCodes.InvalidDefinition)
                {
                    waiting.Add((index, definition, result));
                }
                else
                {
                    progress |= !result.IsRefused;
                    report.Note(index, result);
                }
            }

            open = [.. waiting.Select(entry => (entry.Index, entry.Definition))];
            if (!progress)
            {
                waiting.ForEach(entry => report.Note(entry.Index, entry.Result));
            }
        }

        return report;
    }

    /// <summary>Undoes the transaction of a dry run.</summary>
    private sealed class DryRunException : Exception;
}
