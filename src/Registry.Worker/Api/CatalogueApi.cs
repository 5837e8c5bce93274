using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Api.Limits;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Registration;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>The catalogue as a whole, and what a tool comes to when it runs (platform spec 4.3).</summary>
internal static class CatalogueApi
{
    private const string Narrow = "Narrow it by q, category, tags, capabilities, cap, securityLevel or owner.";

    /// <summary>Maps the paths.</summary>
    public static void MapCatalogue(this IEndpointRouteBuilder app)
    {
        app.MapGet($"{ToolsApi.Path}/categories", CategoriesAsync).Requires("tool:read").Describe("Tools", "List categories with the number of their tools").Gives<CategoryList>();
        app.MapGet($"{ToolsApi.Path}/export", ExportAsync).Requires("tool:read")
            .Describe("Tools", "Export tools as one document").Filters(ToolParameters.Filters).Gives<CatalogueDocument>();
        app.MapPost($"{ToolsApi.Path}/import", ImportAsync).Requires("tool:write").CountsAsRegistration()
            .Describe("Tools", "Import a document of tools").Filter("dryRun", "say what would happen, and keep nothing", "boolean").Takes<CatalogueDocument>().Gives<ImportReport>()
            .Refuses(ErrorCodes.InvalidDefinition, ErrorCodes.SignatureInvalid);
        app.MapGet($"{ToolsApi.Path}/{{id}}/execution-config", ConfigAsync).Requires("tool:read")
            .Describe("Tools", "Show the limits a run of a tool gets").Filter("version", "exact version, range or latest").Gives<EffectiveConfig>()
            .Refuses(ErrorCodes.ToolNotFound, ErrorCodes.VersionNotFound);
    }

    private static async Task<IResult> CategoriesAsync(HttpContext context, IDbContextFactory<RegistryDbContext> contexts)
    {
        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var items = await db.Set<Tool>().AsNoTracking().Where(tool => tool.ArchivedAt == null)
            .GroupBy(tool => tool.Category).Select(group => new CategoryCount(group.Key, group.Count())).ToListAsync(context.RequestAborted);
        return Results.Json(new CategoryList([.. items.OrderBy(item => item.Category, StringComparer.Ordinal)]), WireJson.Options);
    }

    private static async Task<IResult> ExportAsync(HttpContext context, IDbContextFactory<RegistryDbContext> contexts, CatalogueExchange exchange, CapabilityIndex capabilities)
    {
        var reader = new QueryReader(context.Request.Query);
        var query = ToolQuery.Read(reader);
        if (reader.Problem is { } problem)
        {
            return problem;
        }

        if (CapabilityFilter.Read(context.Request.Query, out var wrong) is not { } filter)
        {
            return wrong!;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var fitting = query.Filter(db.Set<Tool>());
        if (filter.Choose(capabilities.Current) is { } among)
        {
            var chosen = among.ToArray();
            fitting = fitting.Where(tool => chosen.Contains(tool.Id));
        }

        var ids = fitting.Select(tool => tool.Id);
        var count = await db.Set<ToolVersion>().CountAsync(version => ids.Contains(version.ToolId), context.RequestAborted);
        if (count > CatalogueExchange.MaxDefinitions)
        {
            return new ProblemResult(ErrorCodes.InvalidRequest, $"At most {CatalogueExchange.MaxDefinitions} versions are exported at once; {count} fit. {Narrow}");
        }

        var document = await exchange.ExportAsync(fitting, JsonBody.MaxBytes, db, context.RequestAborted);
        return document is null
            ? new ProblemResult(ErrorCodes.InvalidRequest, $"What fits is longer than the {JsonBody.MaxBytes} bytes that an import reads. {Narrow}")
            : Results.Json(document, WireJson.Options);
    }

    private static async Task<IResult> ImportAsync(HttpContext context, CatalogueExchange exchange, Rights rights)
    {
        var query = new QueryReader(context.Request.Query);
        var dryRun = query.Flag("dryRun") ?? false;
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if ((query.Problem ?? problem ?? CheckDocument(body)) is { } wrong)
        {
            return wrong;
        }

        if (exchange.Refuse(body) is { } unbelieved)
        {
            return new ProblemResult(ErrorCodes.SignatureInvalid, unbelieved, [new FieldError("/signature", "signature", unbelieved)]);
        }

        var report = await exchange.ImportAsync(
            [.. body.GetProperty("tools").EnumerateArray()],
            Actor.Of(context),
            async (definition, known, db) =>
            {
                var lacking = known is null
                    ? await ToolRights.ForNewAsync(context, definition, rights, db)
                    : await ToolRights.ForVersionAsync(context, known, definition, rights, db);
                return lacking?.Detail;
            },
            dryRun,
            context.RequestAborted);
        return Results.Json(report, WireJson.Options);
    }

    private static ProblemResult? CheckDocument(JsonElement body)
    {
        var errors = new List<FieldError>();
        if (body.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new FieldError("", "type", $"The document must be an object; it is {Preview.Of(body)}."));
        }
        else
        {
            if (!body.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.String || format.GetString() != CatalogueExchange.Format)
            {
                errors.Add(new FieldError("/format", "const", $"format must be \"{CatalogueExchange.Format}\"; it is {(format.ValueKind == JsonValueKind.Undefined ? "left out" : Preview.Of(format))}."));
            }

            if (!body.TryGetProperty("tools", out var tools) || tools.ValueKind != JsonValueKind.Array)
            {
                errors.Add(new FieldError("/tools", "type", "tools must be an array of definitions."));
            }
            else if (tools.GetArrayLength() > CatalogueExchange.MaxDefinitions)
            {
                errors.Add(new FieldError("/tools", "maxItems", $"tools must have at most {CatalogueExchange.MaxDefinitions} elements; it has {tools.GetArrayLength()}."));
            }
        }

        return errors.Count == 0 ? null : new ProblemResult(ErrorCodes.InvalidDefinition, errors[0].Message, errors);
    }

    private static async Task<IResult> ConfigAsync(string id, HttpContext context, IDbContextFactory<RegistryDbContext> contexts, ToolCatalogue catalogue, ToolOptions options)
    {
        var query = new QueryReader(context.Request.Query);
        var version = query.Text("version");
        if (query.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var found = await catalogue.ShowAsync(id, version, db, context.RequestAborted);
        return found.Found
            ? Results.Json(EffectiveConfig.Of(found.Tool, options), WireJson.Options)
            : new ProblemResult(found.Code == ErrorCodes.InvalidParameters ? ErrorCodes.InvalidRequest : found.Code, found.Message);
    }
}

/// <summary>Answer with categories.</summary>
internal sealed record CategoryList(IReadOnlyList<CategoryCount> Items);

/// <summary>One category.</summary>
internal sealed record CategoryCount(string Category, int Count);
