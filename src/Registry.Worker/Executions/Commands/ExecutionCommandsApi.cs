using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Api.Idempotency;
using Capns.Registry.Worker.Executions.Looking;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Reading;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Commands;

/// <summary>Starts, ends and repeats executions over HTTP (platform spec 4.3).</summary>
internal static class ExecutionCommandsApi
{
    /// <summary>Maps the paths. Which level a caller may run is gate 6, because it depends on tool, operation and request.</summary>
    public static void MapExecutionCommands(this IEndpointRouteBuilder app)
    {
        app.MapPost(ExecutionsApi.Path, StartAsync).RequiresLogin().Idempotent()
            .Describe("Executions", "Run a tool, or whoever provides a capability").Filter("wait", "milliseconds the answer may wait for the end, at most 30000", "integer")
            .Takes<ToolExecutionRequest>().Gives<AcceptedExecution>(202).Gives<ExecutionResource>().Refuses(RunRefusals);
        app.MapPost($"{ToolsApi.Path}/{{id}}/execute", ExecuteAsync).RequiresLogin().Idempotent()
            .Describe("Executions", "Run a tool").Filter("wait", "milliseconds the answer may wait for the end, at most 30000", "integer")
            .Takes<ToolExecutionRequest>().Gives<AcceptedExecution>(202).Gives<ExecutionResource>().Refuses(RunRefusals);
        app.MapPost($"{ExecutionsApi.Path}/{{id:guid}}/cancel", CancelAsync).RequiresLogin()
            .Describe("Executions", "End an execution").Takes<CancelOrder>(optional: true).Gives<ExecutionResource>(202).Refuses(ErrorCodes.ExecutionNotFound, ErrorCodes.AlreadyFinished, ErrorCodes.InvalidParameters);
        app.MapPost($"{ExecutionsApi.Path}/{{id:guid}}/retry", RetryAsync).RequiresLogin().Idempotent()
            .Describe("Executions", "Try an execution again that has ended badly").Takes<RetryOrder>(optional: true).Gives<AcceptedExecution>(202)
            .Refuses([ErrorCodes.ExecutionNotFound, ErrorCodes.NotRetryable, .. RunRefusals]);
        app.MapToolTest();
    }

    private static ErrorCode[] RunRefusals =>
    [
        ErrorCodes.InvalidCap, ErrorCodes.ToolNotFound, ErrorCodes.CapNotFound, ErrorCodes.VersionNotFound, ErrorCodes.OperationNotFound, ErrorCodes.ToolDisabled,
        ErrorCodes.ToolArchived, ErrorCodes.DependencyMissing, ErrorCodes.InvalidParameters, ErrorCodes.CostExceeded, ErrorCodes.ApprovalsDisabled, ErrorCodes.KillSwitch,
    ];

    private static async Task<IResult> StartAsync(HttpContext context, ExecutionCommands commands)
    {
        var (body, wait, problem) = await ReadAsync(context);
        return problem ?? await commands.StartAsync(context, body!, wait);
    }

    private static async Task<IResult> ExecuteAsync(string id, HttpContext context, ExecutionCommands commands)
    {
        var (body, wait, problem) = await ReadAsync(context);
        if (problem is not null)
        {
            return problem;
        }

        foreach (var member in new[] { "toolId", "cap" })
        {
            if (body!.ContainsKey(member))
            {
                return new ProblemResult(ErrorCodes.InvalidRequest, $"{member} cannot be given here: the path names the tool.", [new FieldError($"/{member}", "not", $"{member} cannot be given here.")]);
            }
        }

        body!["toolId"] = id;
        return await commands.StartAsync(context, body, wait);
    }

    private static async Task<(JsonObject? Body, int WaitMs, ProblemResult? Problem)> ReadAsync(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        var wait = query.Number("wait", 0, ExecutionCommands.MaxWaitMs) ?? 0;
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if ((query.Problem ?? problem) is { } wrong)
        {
            return (null, 0, wrong);
        }

        if (body.ValueKind != JsonValueKind.Object)
        {
            return (null, 0, new ProblemResult(ErrorCodes.InvalidRequest, $"The body must be an object; it is {Preview.Of(body)}."));
        }

        // What cannot be written down again is refused before it is rewritten.
        if (StorableJson.CheckReadable(body) is { } unreadable)
        {
            return (null, 0, new ProblemResult(ErrorCodes.InvalidRequest, unreadable.Message, [unreadable]));
        }

        var members = body.EnumerateObject().GroupBy(member => member.Name).ToDictionary(group => group.Key, group => (JsonNode?)JsonNode.Parse(group.Last().Value.GetRawText()));
        if (context.Request.Headers.TryGetValue(IdempotencyFilter.Header, out var key))
        {
            members["idempotencyKey"] = key.ToString();
        }

        return (new JsonObject(members), wait, null);
    }

    private static async Task<IResult> CancelAsync(
        Guid id, HttpContext context, RegistryTransactions transactions, ExecutionPipe pipe, IDbContextFactory<RegistryDbContext> contexts, Rights rights)
    {
        var (body, problem) = await JsonBody.ReadOptionalAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var order = CancelOrder.Read(body, out var errors);
        if (errors.Count > 0)
        {
            return new ProblemResult(ErrorCodes.InvalidParameters, errors[0].Message, errors);
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var (row, missing) = await ExecutionRights.FindAsync(context, id, ExecutionRights.CancelAny, rights, db);
        if (row is null)
        {
            return missing!;
        }

        ErrorDetail? late = null;
        await transactions.RunAsync(
            id,
            async transaction =>
            {
                // Locked, so that it does not end between the look and the order.
                var status = await transaction.Db.Database.SqlQuery<string>($"""SELECT status AS "Value" FROM executions WHERE id = {id} FOR NO KEY UPDATE""").ToListAsync(transaction.CancellationToken);
                var state = status.Count == 0 ? ExecutionState.Expired : ExecutionStates.Parse(status[0]);
                late = ExecutionStates.Final.Contains(state) ? Events.ExecutionVoice.TooLate(row, state) : null;
                if (late is null)
                {
                    await pipe.SendAsync(
                        new CancelRequested(id, context.Caller().Id, order.Reason, order.Force, null, new OutboundCause(row.CorrelationText, row.TraceParent, row.TraceState), transaction),
                        transaction.CancellationToken);
                }
            },
            context.RequestAborted);
        if (late is not null)
        {
            return ExecutionCommands.Problem(late, id);
        }

        var now = await db.Set<Execution>().AsNoTracking().SingleAsync(execution => execution.CorrelationId == id, context.RequestAborted);
        return Results.Json(ExecutionResource.Of(now, withResult: true), WireJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> RetryAsync(Guid id, HttpContext context, ExecutionCommands commands, IDbContextFactory<RegistryDbContext> contexts, Rights rights)
    {
        var (body, problem) = await JsonBody.ReadOptionalAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var (row, missing) = await ExecutionRights.FindOwnAsync(context, id, rights, db);
        if (row is null)
        {
            return missing!;
        }

        var request = RetryRequest.Make(row, body, out var refusal);
        return refusal ?? await commands.StartAsync(context, request!, waitMs: 0, retriedFrom: id);
    }
}
