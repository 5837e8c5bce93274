using System.Text;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Looking;

/// <summary>Executions over HTTP, to look at (platform spec 4.3).</summary>
internal static class ExecutionsApi
{
    private const int MaxEvents = 1000;

    /// <summary><c>GET /api/v1/executions/{id}</c>, <c>/events</c> and <c>/result</c>.</summary>
    public static void MapExecutions(this IEndpointRouteBuilder app)
    {
        var executions = app.MapGroup("/api/v1/executions/{id:guid}");
        executions.MapGet("", GetAsync);
        executions.MapGet("/events", GetEventsAsync);
        executions.MapGet("/result", GetResultAsync);
    }

    private static async Task<IResult> GetAsync(Guid id, IDbContextFactory<RegistryDbContext> contexts, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindAsync(db, id, cancellationToken) is { } row ? Results.Json(ExecutionView.Of(row), WireJson.Options) : NotFound(id);
    }

    private static async Task<IResult> GetEventsAsync(
        Guid id, int? fromSequence, IDbContextFactory<RegistryDbContext> contexts, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await FindAsync(db, id, cancellationToken) is null)
        {
            return NotFound(id);
        }

        var from = fromSequence ?? 1;
        var rows = await db.Set<ExecutionEventRow>().AsNoTracking()
            .Where(row => row.ExecutionId == id && row.Sequence >= from)
            .OrderBy(row => row.Sequence)
            .Take(MaxEvents)
            .ToListAsync(cancellationToken);
        var items = rows.Select(row => new { row.Sequence, row.Type, data = JsonSerializer.Deserialize<JsonElement>(row.Payload) });
        return Results.Json(new { items, total = rows.Count }, WireJson.Options);
    }

    private static async Task<IResult> GetResultAsync(Guid id, IDbContextFactory<RegistryDbContext> contexts, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await FindAsync(db, id, cancellationToken) is not { } row)
        {
            return NotFound(id);
        }

        if (row.State() != ExecutionState.Completed)
        {
            return Problem(StatusCodes.Status409Conflict, "EXECUTION_NOT_FINISHED", $"Execution {id} is {row.State().ToString().ToLowerInvariant()} and has no result.");
        }

        var kept = await db.Set<ExecutionResultRow>().AsNoTracking().SingleOrDefaultAsync(result => result.ExecutionId == id, cancellationToken);
        return kept is null
            ? Results.Bytes(Encoding.UTF8.GetBytes(row.Result ?? "null"), "application/json")
            : Results.Bytes(kept.Content, kept.ContentType);
    }

    private static Task<Execution?> FindAsync(RegistryDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.Set<Execution>().AsNoTracking().SingleOrDefaultAsync(row => row.CorrelationId == id, cancellationToken);

    private static IResult NotFound(Guid id) =>
        Problem(ErrorCodes.ExecutionNotFound.HttpStatus, ErrorCodes.ExecutionNotFound.Code, $"There is no execution {id}.");

    private static IResult Problem(int status, string code, string detail) => Results.Problem(
        detail,
        statusCode: status,
        title: code,
        type: $"urn:capns:problem:{code.ToLowerInvariant().Replace('_', '-')}",
        extensions: new Dictionary<string, object?> { ["code"] = code });
}
