using System.Text;
using System.Text.Json;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Streams.Live.Sse;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Looking;

/// <summary>Executions over HTTP, to look at (platform spec 4.3).</summary>
internal static class ExecutionsApi
{
    public const string Path = "/api/v1/executions";

    private const int MaxEvents = 1000;

    /// <summary><c>GET /api/v1/executions</c>, <c>/{id}</c>, <c>/events</c> and <c>/result</c>.</summary>
    public static void MapExecutions(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, ListAsync).RequiresLogin()
            .Describe("Executions", "List executions: one's own, or all with execution:read:any").Filters(ExecutionQuery.Parameters).Sorts("createdAt").Pages().Gives<PageOf<ExecutionResource>>();
        var executions = app.MapGroup(Path + "/{id:guid}");
        executions.MapGet("", GetAsync).RequiresLogin()
            .Describe("Executions", "Show an execution").Filter("legacy", "status as one of six words", "boolean").Gives<ExecutionResource>().Refuses(ErrorCodes.ExecutionNotFound);
        executions.MapGet("/events", GetEventsAsync).RequiresLogin()
            .Describe("Executions", "List what happened in an execution, or follow it as server-sent events").Filter("fromSequence", "the first that is wanted", "integer")
            .Gives<ExecutionEventList>().Refuses(ErrorCodes.ExecutionNotFound, ErrorCodes.StreamFull);
        executions.MapGet("/result", GetResultAsync).RequiresLogin()
            .Describe("Executions", "Get the result as it is stored").Gives<JsonElement>().Refuses(ErrorCodes.ExecutionNotFound, ErrorCodes.ExecutionNotFinished, ErrorCodes.ResultExpired);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IDbContextFactory<RegistryDbContext> contexts, ListTotals totals, Rights rights)
    {
        var reader = new QueryReader(context.Request.Query);
        var query = ExecutionQuery.Read(reader);
        if (reader.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var caller = context.Caller();
        var all = await rights.LacksAsync(caller, ExecutionRights.ReadAny, db, null, context.RequestAborted) is null;
        var rows = db.Set<Execution>().AsNoTracking();
        var fitting = query.Filter(all ? rows : rows.Of(caller));
        var total = await totals.CountAsync(JsonSerializer.Serialize(all ? ["executions", query.FilterKey] : new[] { "executions", query.FilterKey, caller.Kind.ToString(), caller.Id, string.Join('\n', caller.Agents) }), () => fitting.LongCountAsync(context.RequestAborted));
        var page = await PageAsync(query, fitting, total, db, context.RequestAborted);
        return Results.Json(query.Paging.Of([.. page.Select(row => ExecutionResource.Of(row, withResult: true))], total), WireJson.Options);
    }

    private static async Task<IReadOnlyList<Execution>> PageAsync(ExecutionQuery query, IQueryable<Execution> fitting, long total, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var ids = await PageWindow.KeysAsync(query.Paging, total, hasReverse: true, reversed => query.Order(fitting, reversed).Select(row => row.CorrelationId), cancellationToken);
        var rows = await db.Set<Execution>().AsNoTracking().Where(row => ids.Contains(row.CorrelationId)).ToDictionaryAsync(row => row.CorrelationId, cancellationToken);
        return [.. ids.Where(rows.ContainsKey).Select(id => rows[id])];
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, IDbContextFactory<RegistryDbContext> contexts, Rights rights)
    {
        var query = new QueryReader(context.Request.Query);
        var legacy = query.Flag("legacy") ?? false;
        if (query.Problem is { } wrong)
        {
            return wrong;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var (row, problem) = await ExecutionRights.FindAsync(context, id, ExecutionRights.ReadAny, rights, db);
        return row is null ? problem! : Results.Json(ExecutionResource.Of(row, withResult: true, legacy), WireJson.Options);
    }

    private static async Task<IResult> GetEventsAsync(Guid id, HttpContext context, IDbContextFactory<RegistryDbContext> contexts, Rights rights)
    {
        var query = new QueryReader(context.Request.Query);
        var from = query.Number("fromSequence", 0, int.MaxValue) ?? 1;
        if (query.Problem is { } wrong)
        {
            return wrong;
        }

        // Members of the discussion may watch as well, so a stream has its own rules.
        if (EventStreamResult.IsAsked(context.Request))
        {
            return new EventStreamResult(id, from);
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var (row, problem) = await ExecutionRights.FindAsync(context, id, ExecutionRights.ReadAny, rights, db);
        if (row is null)
        {
            return problem!;
        }

        var rows = await db.Set<ExecutionEventRow>().AsNoTracking()
            .Where(happened => happened.ExecutionId == id && happened.Sequence >= from)
            .OrderBy(happened => happened.Sequence)
            .Take(MaxEvents)
            .ToListAsync(context.RequestAborted);
        var items = rows.ConvertAll(happened => new ExecutionEventItem(happened.Sequence, happened.Type, JsonSerializer.Deserialize<JsonElement>(happened.Payload)));
        return Results.Json(new ExecutionEventList(items, rows.Count), WireJson.Options);
    }

    private static async Task<IResult> GetResultAsync(Guid id, HttpContext context, IDbContextFactory<RegistryDbContext> contexts, Rights rights, ISealer sealer)
    {
        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var (row, problem) = await ExecutionRights.FindAsync(context, id, ExecutionRights.ReadAny, rights, db);
        if (row is null)
        {
            return problem!;
        }

        if (row.State() != ExecutionState.Completed)
        {
            return new ProblemResult(ErrorCodes.ExecutionNotFinished, $"Execution {id} is {JsonNamingPolicy.KebabCaseLower.ConvertName(row.State().ToString())} and has no result.");
        }

        var kept = await db.Set<ExecutionResultRow>().AsNoTracking().SingleOrDefaultAsync(result => result.ExecutionId == id, context.RequestAborted);
        return kept is { Sealed: true } ? OpenFor(context.Caller(), row, kept, sealer)
            : kept is not null ? Results.Bytes(kept.Content, kept.ContentType)
            : row.Result is null && row.ResultRef is not null ? new ProblemResult(ErrorCodes.ResultExpired, $"The result of execution {id} is deleted.")
            : Stored(row, "application/json");
    }

    /// <summary>In the open for the caller alone (platform spec 5.13); everybody else gets the row's, where it is redacted.</summary>
    private static IResult OpenFor(Caller caller, Execution row, ExecutionResultRow kept, ISealer sealer) =>
        row.HasKnownCaller && caller.Owns(row) && sealer.TryOpen(kept.Content, SealedPlaces.Result(row.CorrelationId), out var json)
            ? Results.Bytes(json, kept.ContentType)
            : Stored(row, kept.ContentType);

    private static IResult Stored(Execution row, string contentType) => Results.Bytes(Encoding.UTF8.GetBytes(row.Result ?? "null"), contentType);
}

/// <summary>Events of an execution.</summary>
/// <param name="Items">In the order of their sequence; at most 1,000: the rest comes with <c>fromSequence</c>.</param>
/// <param name="Total">How many these are.</param>
internal sealed record ExecutionEventList(IReadOnlyList<ExecutionEventItem> Items, int Total);

/// <summary>One event.</summary>
internal sealed record ExecutionEventItem(int Sequence, string Type, JsonElement Data);
