using System.Globalization;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Capns.Registry.Worker.Streams.Live.Logins;
using Capns.Registry.Worker.Streams.Live.Rooms;
using Capns.Registry.Worker.Streams.Live.Sockets;
using Microsoft.AspNetCore.Http.Features;

namespace Capns.Registry.Worker.Streams.Live.Sse;

/// <summary>The events of one execution as server-sent events (platform spec 4.6).</summary>
/// <param name="executionId">Whose.</param>
/// <param name="fromSequence">First sequence wanted; a header <c>Last-Event-ID</c> wins. Absent: from the first.</param>
internal sealed class EventStreamResult(Guid executionId, int? fromSequence) : IResult
{
    private const string MediaType = "text/event-stream";

    /// <summary>Whether the caller wants a stream and not a list.</summary>
    public static bool IsAsked(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var rules = services.GetRequiredService<IRoomRules>();
        var answers = await rules.AskAsync(httpContext.Caller(), [RoomName.OfExecution(executionId)], httpContext.RequestAborted);
        // Also for what somebody may not see: ids tell nothing.
        if (EventStream.ShapeOf(answers[0]) is not { } shape)
        {
            await new ProblemResult(ErrorCodes.ExecutionNotFound, $"There is no execution {executionId}.").ExecuteAsync(httpContext);
            return;
        }

        if (Position(httpContext.Request, out _) is { } refusal)
        {
            await refusal.ExecuteAsync(httpContext);
            return;
        }

        Position(httpContext.Request, out var from);
        var hub = services.GetRequiredService<LiveHub>();
        if (await hub.OpenAsync(executionId, httpContext.RequestAborted) is not { } feed)
        {
            httpContext.Response.Headers.RetryAfter = "5";
            await new ProblemResult(ErrorCodes.StreamFull, "The execution has as many listeners on this instance as it may have.").ExecuteAsync(httpContext);
            return;
        }

        try
        {
            await StreamAsync(httpContext, feed, from, shape);
        }
        finally
        {
            hub.Close(executionId);
        }
    }

    private static async Task StreamAsync(HttpContext context, ExecutionFeed feed, int from, EventShape shape)
    {
        var services = context.RequestServices;
        // A browser comes again after the end; told 204, it stops.
        if (feed.HasEnded && from >= feed.Next)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        context.Response.ContentType = MediaType;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.StartAsync(context.RequestAborted);
        var metrics = services.GetRequiredService<LiveMetrics>();
        var logins = services.GetRequiredService<LoginWatch>();
        var login = new EventStreamLogin(SocketEndpoints.Credential(context, allowQueryToken: false), context.Caller().ExpiresAt);
        var stream = new EventStream(
            feed, shape, login, services.GetRequiredService<StreamOptions>(), services.GetRequiredService<TimeProvider>(), metrics);
        metrics.Came();
        logins.Add(stream);
        try
        {
            var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            await stream.RunAsync(context.Response.Body, from, services.GetRequiredService<IStoredEvents>(), stopping, context.RequestAborted);
        }
        finally
        {
            logins.Remove(stream);
            metrics.Left();
        }

        if (stream.IsOver)
        {
            // What it did not read must not keep the connection.
            context.Abort();
        }
    }

    private ProblemResult? Position(HttpRequest request, out int from)
    {
        from = Math.Max(1, fromSequence ?? 1);
        var last = request.Headers["Last-Event-ID"].ToString();
        if (last.Length == 0)
        {
            return null;
        }

        if (!int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) || sequence == int.MaxValue)
        {
            return new ProblemResult(ErrorCodes.InvalidRequest, $"Last-Event-ID must be a sequence, a whole number from 0 to {int.MaxValue - 1}.");
        }

        from = sequence + 1;
        return null;
    }
}
