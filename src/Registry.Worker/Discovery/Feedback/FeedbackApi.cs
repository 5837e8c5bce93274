using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Api.Idempotency;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Discovery.Feedback;

/// <summary><c>POST /api/v1/learning</c>: how useful a tool was (platform spec 3.22, 4.3).</summary>
internal static class FeedbackApi
{
    /// <summary>Maps the path.</summary>
    public static void MapFeedback(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/v1/learning", PostAsync).Requires("learning:write").Idempotent()
            .Describe("Discovery", "Say how useful a tool was").Takes<FeedbackOrder>().Gives<FeedbackAccepted>(StatusCodes.Status202Accepted)
            .Refuses(ErrorCodes.InvalidParameters, ErrorCodes.ToolNotFound, ErrorCodes.DuplicateEvent);

    private static async Task<IResult> PostAsync(HttpContext context, FeedbackStore store, IAccessControl access, TimeProvider time, IDbContextFactory<RegistryDbContext> contexts)
    {
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var order = FeedbackReader.Read(body, time.GetUtcNow(), out var errors);
        if (order is null)
        {
            return new ProblemResult(ErrorCodes.InvalidParameters, errors.Sentence("the feedback"), errors);
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var (asker, refusal) = await DiscoveryCaller.ReadAsync(context, order.AgentId, userId: null, access, db);
        if (asker is null)
        {
            return refusal!;
        }

        var (resolved, wrong) = await FeedbackTools.ResolveAsync(order, db, context.RequestAborted);
        if (resolved is null)
        {
            return wrong!;
        }

        var kept = resolved with { AgentId = asker.AgentId ?? asker.UserId };
        return await store.KeepAsync(kept, asker.Caller, context.TraceIdentifier, context.RequestAborted)
            ? Results.Json(new FeedbackAccepted(order.EventId), WireJson.Options, statusCode: StatusCodes.Status202Accepted)
            : new ProblemResult(ErrorCodes.DuplicateEvent, $"eventId {Preview.Of(order.EventId)} was used with other content; take a new one.");
    }
}

/// <summary>Answer to feedback: it is kept, and will be learned from.</summary>
/// <param name="EventId">As in the body.</param>
internal sealed record FeedbackAccepted(string EventId);
