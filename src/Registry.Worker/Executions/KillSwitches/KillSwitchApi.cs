using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.KillSwitches;

/// <summary>Kill switches over HTTP (platform spec 4.3, 5.11).</summary>
internal static class KillSwitchApi
{
    private const string Path = "/api/v1/admin/kill-switch";

    /// <summary>Maps the paths.</summary>
    public static void MapKillSwitch(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, ListAsync).Requires("admin:kill-switch").Describe("Operations", "List the kill switches that are set").Gives<KillSwitchList>();
        app.MapPut(Path, SetAsync).Requires("admin:kill-switch").Describe("Operations", "Set a kill switch").Takes<KillSwitchOrder>().Gives<KillSwitch>()
            .Refuses(ErrorCodes.InvalidParameters, ErrorCodes.ToolNotFound);
        app.MapDelete(Path, LiftAsync).Requires("admin:kill-switch").Describe("Operations", "Lift a kill switch").Filter("toolId", "uuid or slug; left out: the global one").GivesNothing()
            .Refuses(ErrorCodes.ToolNotFound);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IDbContextFactory<RegistryDbContext> contexts)
    {
        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        return Results.Json(new KillSwitchList(await KillSwitchStore.ReadAsync(db, context.RequestAborted)), WireJson.Options);
    }

    private static async Task<IResult> SetAsync(HttpContext context, KillSwitchStore store, KillSwitchWatch watch, IDbContextFactory<RegistryDbContext> contexts)
    {
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var order = Read(body, out var errors);
        if (errors.Count > 0)
        {
            return new ProblemResult(ErrorCodes.InvalidParameters, $"{errors.Count} error{(errors.Count == 1 ? "" : "s")}: {errors[0].Message}", errors);
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        Tool? tool = null;
        if (order.ToolId is { } reference && (tool = await ToolTarget.FindAsync(db.Set<Tool>().AsNoTracking(), reference, context.RequestAborted)) is null)
        {
            return ToolTarget.NotFound(reference);
        }

        var set = await store.SetAsync(tool?.Id, order.Mode, order.Reason, Actor.Of(context), context.RequestAborted);
        await watch.RefreshAsync(context.RequestAborted);
        return Results.Json(set, WireJson.Options);
    }

    private static async Task<IResult> LiftAsync(HttpContext context, KillSwitchStore store, KillSwitchWatch watch, IDbContextFactory<RegistryDbContext> contexts)
    {
        var query = new QueryReader(context.Request.Query);
        var reference = query.Text("toolId");
        if (query.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        Guid? toolId = null;
        if (reference is not null)
        {
            // The switch of a tool that was purged is named by its uuid, as the list does.
            toolId = (await ToolTarget.FindAsync(db.Set<Tool>().AsNoTracking(), reference, context.RequestAborted))?.Id
                ?? (Guid.TryParseExact(reference, "D", out var gone) && gone != Guid.Empty ? gone : null);
            if (toolId is null)
            {
                return ToolTarget.NotFound(reference);
            }
        }

        var lifted = await store.LiftAsync(toolId, Actor.Of(context), context.RequestAborted);
        await watch.RefreshAsync(context.RequestAborted);
        return lifted ? Results.NoContent() : new ProblemResult(ErrorCodes.NotFound, reference is null ? "There is no global kill switch." : $"There is no kill switch for tool {Preview.Of(reference)}.");
    }

    private static KillSwitchOrder Read(JsonElement body, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (body.ValueKind != JsonValueKind.Object || StorableJson.Check(body) is not null)
        {
            found.Add(StorableJson.Check(body) ?? new FieldError("", "type", $"The body must be an object; it is {Preview.Of(body)}."));
            return new KillSwitchOrder { Scope = "", Mode = "", Reason = "" };
        }

        var fields = new JsonFields(body, "", found);
        fields.Require("scope", "global or tool");
        fields.Require("mode", "block or stop");
        fields.Require("reason", "text of 1 to 500 characters");
        var order = new KillSwitchOrder
        {
            Scope = fields.Word("scope", "global", "tool") ?? "",
            ToolId = fields.Text("toolId", 128),
            Mode = fields.Word("mode", "block", "stop") ?? "",
            Reason = fields.Text("reason", 500) ?? "",
        };
        if (order.Scope == "tool" && order.ToolId is null)
        {
            fields.Note("toolId", "required", "is required with scope tool: uuid or slug");
        }
        else if (order.Scope == "global" && order.ToolId is not null)
        {
            fields.Note("toolId", "not", $"cannot be given with scope global; it is {Preview.Of(order.ToolId)}");
        }

        return order;
    }
}

/// <summary>Body of PUT.</summary>
internal sealed record KillSwitchOrder
{
    /// <summary><c>global</c> or <c>tool</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>Uuid or slug, with scope <c>tool</c>.</summary>
    public string? ToolId { get; init; }

    /// <summary><c>block</c> or <c>stop</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>Shown to everybody who is refused; up to 500 characters.</summary>
    public required string Reason { get; init; }
}

/// <summary>Answer of GET.</summary>
internal sealed record KillSwitchList(IReadOnlyList<KillSwitch> Items);
