using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Audit;

namespace Capns.Registry.Worker.Access.Login;

/// <summary>Writes down logins that failed (platform spec 8.5). Never the credential.</summary>
internal sealed partial class LoginAudit(IAuditTrail audit, ILogger<LoginAudit> logger)
{
    /// <summary>Longest id that is kept, in characters: it is what somebody unknown sent.</summary>
    private const int MaxId = 128;

    /// <param name="method"><c>api-key</c>, <c>token</c> or <c>client</c>.</param>
    /// <param name="id">Of the key or client, when one was named.</param>
    /// <param name="reason">For operators.</param>
    /// <param name="address">Of the caller.</param>
    /// <param name="requestId">Of the request.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public Task FailedAsync(
        string method, string? id, string reason, string address, string? requestId, CancellationToken cancellationToken)
    {
        LogFailed(method, reason, address, requestId ?? "");
        return audit.AppendAsync(
            new AuditEntry
            {
                Actor = Callers.Nobody,
                Action = "login",
                ObjectKind = method,
                ObjectId = id is null ? null : Reading.Preview.Cut(string.Concat(id.Where(letter => !char.IsControl(letter))), MaxId),
                Outcome = AuditOutcome.Denied,
                Code = ErrorCodes.Unauthenticated.Code,
                Ip = address,
                RequestId = requestId,
                Details = new JsonObject { ["reason"] = reason },
            },
            cancellationToken);
    }

    [LoggerMessage(EventId = 3620, Level = LogLevel.Warning,
        Message = "A login by {Method} was refused: {Reason}; from {Address}, request {RequestId}")]
    private partial void LogFailed(string method, string reason, string address, string requestId);
}
