using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Inbound;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Idempotency;
using Capns.Registry.Worker.Executions.Instances;
using Capns.Registry.Worker.Executions.Looking;
using Capns.Registry.Worker.Executions.Requests;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Commands;

/// <summary>Asks for executions over HTTP, by the same door as messages, and waits for their end where that is wanted. Thread-safe.</summary>
internal sealed class ExecutionCommands(ExecutionDoor door, ExecutionWaiters waiters, InstanceName instance, IDbContextFactory<RegistryDbContext> contexts, TimeProvider time)
{
    /// <summary>Longest <c>?wait=</c>, in milliseconds.</summary>
    public const int MaxWaitMs = 30_000;

    /// <summary>What a caller over HTTP cannot ask for: there is no other reply than the answer.</summary>
    private static readonly string[] MessageOnly = ["replyOn", "responseEventType", "auth"];

    /// <summary>Starts an execution and answers.</summary>
    /// <param name="context">The caller's request.</param>
    /// <param name="body">Payload as platform spec 3.14 has it.</param>
    /// <param name="waitMs">How long the end may be waited for.</param>
    /// <param name="retriedFrom">The execution that is tried again.</param>
    public async Task<IResult> StartAsync(HttpContext context, JsonObject body, int waitMs, Guid? retriedFrom = null)
    {
        var ask = Ask(context, body, waitMs > 0, retriedFrom);
        var id = ExecutionDoor.IdOf(ask) ?? ask.Id!.Value;
        using var waiter = waitMs > 0 ? waiters.Begin(id) : null;
        var answer = await door.EnterAsync(ask, null, context.RequestAborted);
        switch (answer.Kind)
        {
            case DoorKind.DryRun:
                return Results.Json(GateReports.Of(answer.Outcome!), WireJson.Options);
            case DoorKind.Refused:
                return Problem(answer.Refusal!, null);
            case DoorKind.Started when answer.Refusal is { } refusal:
                return Problem(refusal, answer.ExecutionId);
            default:
                break;
        }

        var ended = waiter is not null && answer.ExecutionId == id && await waiter.WaitAsync(TimeSpan.FromMilliseconds(waitMs), time, context.RequestAborted);
        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var row = await db.Set<Execution>().AsNoTracking().SingleAsync(execution => execution.CorrelationId == answer.ExecutionId, context.RequestAborted);
        if (answer.Kind == DoorKind.Repeated && row is { PlanJson: null, Error: { } error } && row.IsFinal())
        {
            // The first try was refused, and could not say so.
            return Problem(JsonSerializer.Deserialize<ErrorDetail>(error, WireJson.Options)!, row.CorrelationId);
        }

        context.Response.Headers.Location = ExecutionLinks.Of(row.CorrelationId).Self;
        return ended || (waitMs > 0 && row.IsFinal())
            ? Results.Json(ExecutionResource.Of(row, withResult: true), WireJson.Options)
            : Results.Json(AcceptedExecution.Of(row), WireJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>Runs once and waits for the end; for tests of a tool.</summary>
    /// <returns>The row when it has ended in time, else null, or why it was refused.</returns>
    public async Task<(Execution? Row, ErrorDetail? Refusal)> RunAsync(HttpContext context, JsonObject body, int waitMs)
    {
        var ask = Ask(context, body, wait: true, retriedFrom: null) with { Id = Guid.CreateVersion7() };
        using var waiter = waiters.Begin(ask.Id!.Value);
        var answer = await door.EnterAsync(ask, null, context.RequestAborted);
        if (answer.Kind != DoorKind.Started || answer.Refusal is not null)
        {
            return (null, answer.Refusal);
        }

        await waiter.WaitAsync(TimeSpan.FromMilliseconds(waitMs), time, context.RequestAborted);
        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var row = await db.Set<Execution>().AsNoTracking().SingleAsync(execution => execution.CorrelationId == answer.ExecutionId, context.RequestAborted);
        return (row.IsFinal() ? row : null, null);
    }

    /// <summary>An error of an execution as a problem.</summary>
    public static ProblemResult Problem(ErrorDetail error, Guid? executionId)
    {
        var code = ErrorCodes.All.GetValueOrDefault(error.Code, ErrorCodes.InternalError);

        // An end that has no HTTP status is the request's fault here: it was late before it began.
        return new ProblemResult(code, error.Message, status: code.HttpStatus == 0 ? StatusCodes.Status422UnprocessableEntity : null, details: error.Details, executionId: executionId);
    }

    private ExecutionAsk Ask(HttpContext context, JsonObject body, bool wait, Guid? retriedFrom)
    {
        foreach (var member in MessageOnly)
        {
            body.Remove(member);
        }

        var caller = context.Caller();
        return new ExecutionAsk(new InboundEvent
        {
            EventName = EventNames.ExecutionRequested,
            Format = BodyFormat.BareJson,
            Payload = JsonSerializer.SerializeToElement(body, WireJson.Options),
            Source = caller.Id,
            CorrelationId = Text(body, "correlationId") ?? Text(body, "requestId"),
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : context.Response.Headers.TraceParent.ToString(),
            ReplyTo = wait ? instance.EndTarget : null,

            // Without a key every request is a new one.
            BodyDigest = Guid.CreateVersion7().ToString("N"),
        })
        {
            Caller = caller,
            Id = context.IdempotencyClaim()?.ResourceId ?? Guid.CreateVersion7(),
            RetriedFrom = retriedFrom,
            OverHttp = true,
        };
    }

    private static string? Text(JsonObject body, string member) => body[member] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
