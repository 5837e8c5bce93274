using System.Security.Cryptography;
using System.Text;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Api;
using Microsoft.AspNetCore.Http.Features;

namespace Capns.Registry.Worker.Streams.Live.Sockets;

/// <summary>Turns an HTTP request into a WebSocket (RFC 6455 section 4.2).</summary>
internal static class Handshake
{
    /// <summary>The sub-protocol; a client need not ask for it.</summary>
    public const string Protocol = "capns.v1";

    private const string Magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Why the request cannot become a WebSocket; null: it can.</summary>
    public static ProblemResult? Refusal(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }
            || !headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers.Upgrade = "websocket";
            return new ProblemResult(ErrorCodes.InvalidRequest, "This address speaks WebSocket only; connect with Upgrade: websocket.", status: 426);
        }

        if (headers.SecWebSocketVersion != "13")
        {
            context.Response.Headers.SecWebSocketVersion = "13";
            return new ProblemResult(ErrorCodes.InvalidRequest, "Sec-WebSocket-Version must be 13.", status: 426);
        }

        Span<byte> nonce = stackalloc byte[16];
        return headers.SecWebSocketKey is [{ Length: 24 } key] && Convert.TryFromBase64String(key, nonce, out var bytes) && bytes == 16
            ? null
            : new ProblemResult(ErrorCodes.InvalidRequest, "Sec-WebSocket-Key must be 16 bytes in base64.");
    }

    /// <summary>Answers 101 and gives the connection. Call <see cref="Refusal"/> first.</summary>
    public static Task<Stream> AcceptAsync(HttpContext context)
    {
        var answer = context.Response.Headers;
        answer.Upgrade = "websocket";
        answer.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        if (context.Request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries).Contains(Protocol, StringComparer.Ordinal))
        {
            answer.SecWebSocketProtocol = Protocol;
        }

        return context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

#pragma warning disable CA5350 // RFC 6455 names SHA-1 here; nothing secret depends on it.
    internal static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Magic)));
#pragma warning restore CA5350
}
