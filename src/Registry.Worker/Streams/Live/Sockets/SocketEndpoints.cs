using System.Globalization;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Streams.Live.Rooms;
using Capns.Registry.Worker.Streams.Live.Sessions;

namespace Capns.Registry.Worker.Streams.Live.Sockets;

/// <summary>The addresses of platform spec 4.7.</summary>
internal static class SocketEndpoints
{
    /// <summary><c>/ws</c>, <c>/executions/{executionId}</c> and <c>/discussions/{discussionId}/ws</c>.</summary>
    public static void MapLiveSockets(this IEndpointRouteBuilder app)
    {
        app.MapGet("/ws", (HttpContext context, LiveSockets sockets, StreamOptions options) => ServeAsync(context, sockets, options, null)).ReadsLoginItself().WithMetadata(SocketPath.Mark);
        app.MapGet(
            "/executions/{executionId:guid}",
            (HttpContext context, Guid executionId, LiveSockets sockets, StreamOptions options) =>
                ServeAsync(context, sockets, options, RoomName.OfExecution(executionId))).ReadsLoginItself().WithMetadata(SocketPath.Mark);
        app.MapGet("/discussions/{discussionId}/ws", (HttpContext context, string discussionId, LiveSockets sockets, StreamOptions options) =>
            RoomName.TryParse($"discussion:{discussionId}", out var room)
                ? ServeAsync(context, sockets, options, room)
                : new ProblemResult(ErrorCodes.InvalidRequest, $"An id of a discussion has at most {RoomName.MaxId} characters, none of them control characters.").ExecuteAsync(context)).ReadsLoginItself().WithMetadata(SocketPath.Mark);
    }

    /// <summary>WebSockets on a port of their own: neither they nor anything else is found on the other's.</summary>
    public static void UseSocketPort(this IApplicationBuilder app, Func<int> port) => app.Use((context, next) =>
    {
        var isSocket = context.GetEndpoint()?.Metadata.GetMetadata<SocketPath>() is not null;
        return isSocket == (context.Connection.LocalPort == port())
            ? next(context)
            : new ProblemResult(ErrorCodes.NotFound, $"There is nothing at {context.Request.Path} on this port; WebSockets have one of their own.").ExecuteAsync(context);
    });

    private static async Task ServeAsync(HttpContext context, LiveSockets sockets, StreamOptions options, RoomName? room)
    {
        if ((Handshake.Refusal(context) ?? Login(context) ?? Query(context, out var from)) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        Query(context, out from);
        var token = Credential(context, options.AllowQueryToken);
        if (!sockets.TryEnter(token is not null))
        {
            context.Response.Headers.RetryAfter = "5";
            await new ProblemResult(ErrorCodes.StreamFull, $"This instance serves {options.MaxSockets} WebSockets already, or stops. Try again in a few seconds.").ExecuteAsync(context);
            return;
        }

        try
        {
            var start = new SessionStart(token, context.Connection.RemoteIpAddress?.ToString(), room, from);
            await using var stream = await Handshake.AcceptAsync(context);
            await sockets.ServeAsync(stream, context.Abort, start);
        }
        finally
        {
            sockets.Leave();
        }
    }

    private static ProblemResult? Query(HttpContext context, out int? from)
    {
        from = null;
        var text = context.Request.Query["fromSequence"].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == int.MaxValue)
        {
            return new ProblemResult(ErrorCodes.InvalidRequest, $"fromSequence must be a whole number from 0 to {int.MaxValue - 1}.");
        }

        from = Math.Max(1, number);
        return null;
    }

    /// <summary>Two logins would leave it open who asks.</summary>
    private static ProblemResult? Login(HttpContext context) =>
        context.Request.Headers.Authorization.Count + context.Request.Headers["X-API-Key"].Count > 1
            ? new ProblemResult(ErrorCodes.Unauthenticated, "Exactly one login can be given; there are several.")
            : null;

    /// <summary>What the caller of a request shows; null: nothing.</summary>
    internal static string? Credential(HttpContext context, bool allowQueryToken)
    {
        const string Bearer = "Bearer ";
        var headers = context.Request.Headers;
        var authorization = headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            // Another scheme is no token of ours, and is refused as one.
            return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : authorization;
        }

        return NotEmpty(headers["X-API-Key"].ToString()) ?? (allowQueryToken ? NotEmpty(context.Request.Query["token"].ToString()) : null);
    }

    private static string? NotEmpty(string text) => text.Length == 0 ? null : text;
}

/// <summary>Metadata of an address that speaks WebSocket.</summary>
internal sealed record SocketPath
{
    public static SocketPath Mark { get; } = new();
}
