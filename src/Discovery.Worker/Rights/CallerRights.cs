using Capns.Access;
using Capns.Access.Messages;
using Capns.Access.Rules;
using Capns.Access.Tokens;
using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Learning;
using Capns.Messaging;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Rights;

/// <inheritdoc cref="ICallerRights"/>
internal sealed class CallerRights(MessageCallers callers, LastRules rules, RecentFilters filters, BusSettings bus, TimeProvider time)
    : ICallerRights, ILearningRights
{
    /// <summary>Without it nobody is told of any tool.</summary>
    public const string ReadTools = "tool:read";

    private const string Teach = "learning:write";

    private static readonly HashSet<string> NoDiscussions = [];

    public async ValueTask<RightsReading> ReadAsync(InboundEvent inbound, string? userId, string? agentId, CancellationToken cancellationToken)
    {
        var known = await rules.NowAsync(cancellationToken);
        var now = time.GetUtcNow();
        var (caller, problem) = await PermitAsync(inbound, ReadTools, userId, agentId, known.Rules, now, cancellationToken);
        return caller is null
            ? new RightsReading(null, Refusal(problem!.Value))
            : new RightsReading(filters.Get(caller with { Discussions = NoDiscussions }, agentId, known), null);
    }

    /// <inheritdoc/>
    public async Task<ErrorDetail?> CheckAsync(InboundEvent inbound, string agentId, CancellationToken cancellationToken)
    {
        // What people give over HTTP comes from the registry, which has asked for rights before it took it.
        if (bus.IsPlatformUser(inbound.AmqpUser))
        {
            return null;
        }

        var (known, _) = await rules.NowAsync(cancellationToken);
        var (_, problem) = await PermitAsync(inbound, Teach, userId: null, agentId, known, time.GetUtcNow(), cancellationToken);
        return problem is { } found ? Refusal(found) : null;
    }

    private async ValueTask<(Caller? Caller, Problem? Problem)> PermitAsync(
        InboundEvent inbound, string action, string? userId, string? agentId, AccessSnapshot known, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (caller, problem) = await IdentifyAsync(inbound, now, cancellationToken);
        if (caller is null)
        {
            return (null, problem);
        }

        AccessDecision Decide(Caller who, AccessQuestion question) => AccessAlgebra.Decide(who, question, known, now);
        var (settled, foreign) = await NamedCaller.SettleAsync(caller, userId, agentId, question => ValueTask.FromResult(Decide(caller, question)));
        if (foreign is not null)
        {
            return (null, new Problem(ErrorCodes.InsufficientPermissions, foreign));
        }

        var decision = Decide(settled, new AccessQuestion { Action = action, AgentId = agentId });
        return decision.Effect switch
        {
            AccessEffect.Allowed => (settled, null),
            AccessEffect.NeedsApproval => (null, new Problem(ErrorCodes.InsufficientPermissions, $"{decision.Reason} Only executions can be approved.")),
            _ => (null, new Problem(ErrorCodes.InsufficientPermissions, decision.Reason)),
        };
    }

    private async ValueTask<(Caller? Caller, Problem? Problem)> IdentifyAsync(InboundEvent inbound, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (inbound.ForwardedCaller is { } text)
        {
            return Forwarded(text, now);
        }

        try
        {
            var reading = await callers.ReadAsync(inbound, cancellationToken);
            return (reading.Caller, reading.Caller is null ? new Problem(ErrorCodes.Unauthenticated, reading.Refusal!) : null);
        }
        catch (KeyUnknownException unknown)
        {
            return (null, new Problem(ErrorCodes.ServiceUnavailable, unknown.Message));
        }
    }

    /// <summary>The registry has looked at the login; what is left is that its message may come late.</summary>
    private static (Caller? Caller, Problem? Problem) Forwarded(string text, DateTimeOffset now)
    {
        var caller = CallerHeader.Read(text);
        return caller is null
            ? (null, new Problem(ErrorCodes.Unauthenticated, $"Header {ForwardedCaller.Header} holds no caller."))
            : caller.ExpiresAt + TokenRules.Skew <= now
                ? (null, new Problem(ErrorCodes.Unauthenticated, TokenProblem.Expired.Sentence()))
                : (caller, null);
    }

    private static ErrorDetail Refusal(Problem problem) => new()
    {
        Type = problem.Code.Type,
        Code = problem.Code.Code,
        Message = problem.Message,
        Recoverable = problem.Code.Recoverable,
    };

    private readonly record struct Problem(ErrorCode Code, string Message);
}
