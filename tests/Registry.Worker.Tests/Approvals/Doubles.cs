using System.Text.Json;
using Capns.Access;
using Capns.Access.Messages;
using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.HandingOver;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>Keeps audit entries in a table, so that they are there if and only if their transaction is.</summary>
internal sealed class RecordedAudit(TransactionCutter cutter) : IAuditTrail
{
    public const string Table =
        "CREATE TABLE IF NOT EXISTS test_audit (id bigserial PRIMARY KEY, action text, outcome text, code text, actor text, object_id text, details text)";

    public void Append(RegistryTransaction transaction, AuditEntry entry)
    {
        cutter.Watch(transaction.Db);
        var (outcome, details) = (entry.Outcome.ToString(), entry.Details?.ToJsonString());
        transaction.Db.Database.ExecuteSql(
            $"INSERT INTO test_audit (action, outcome, code, actor, object_id, details) VALUES ({entry.Action}, {outcome}, {entry.Code}, {entry.Actor.Id}, {entry.ObjectId}, {details})");
    }

    public Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken) => throw new NotSupportedException("Approvals have a transaction.");
}

/// <summary>The rows of platform spec 8.2 that approvals ask for.</summary>
internal sealed class RoleAccess : IAccessControl
{
    public ValueTask<AccessDecision> DecideAsync(Caller caller, AccessQuestion question, RegistryDbContext db, CancellationToken cancellationToken)
    {
        string[] roles = question.Action switch
        {
            "execution:approve:dangerous" => ["security-admin", "admin"],
            _ when question.Action.StartsWith("execution:approve:", StringComparison.Ordinal) => ["operator", "security-admin", "admin"],
            _ => [],
        };
        var allowed = caller.Roles.Intersect(roles).Any() || caller.Permissions.Contains(question.Action);
        return ValueTask.FromResult(new AccessDecision { Effect = allowed ? AccessEffect.Allowed : AccessEffect.Denied, Reason = "as the test says" });
    }
}

/// <summary>A token is <c>id|role,role</c>; <c>bad</c> is refused. Without one it is the broker's login, which has every role; <c>acting-…</c> may act for others.</summary>
internal sealed class TokenReader(TransactionCutter cutter) : ICallerReader
{
    public ValueTask<CallerReading> ReadAsync(InboundEvent inbound, RegistryDbContext db, CancellationToken cancellationToken)
    {
        cutter.Watch(db);
        return ValueTask.FromResult(inbound.Payload.TryGetProperty("auth", out var auth) && auth.ValueKind == JsonValueKind.Object && auth.TryGetProperty("token", out var token)
            ? Read(token.GetString()!)
            : inbound.AmqpUser is { } user
                ? new CallerReading(new Caller { Kind = CallerKind.Service, Id = user, Roles = ["admin"], Permissions = inbound.Source == "acting" ? new HashSet<string> { "act-as" } : [] }, null)
                : new CallerReading(new Caller { Kind = CallerKind.Anonymous, Id = "anonymous" }, null));
    }

    private static CallerReading Read(string token) => token == "bad"
        ? new CallerReading(null, "The token is not valid.")
        : new CallerReading(new Caller { Kind = CallerKind.User, Id = token.Split('|')[0], Roles = token.Split('|')[1].Split(',') }, null);
}

/// <summary>Refuses nothing; lets a test cut off what hands over.</summary>
internal sealed class MarkingCheck(TransactionCutter cutter) : IHandOverCheck
{
    public ValueTask<ErrorDetail?> CheckAsync(RegistryTransaction transaction, Execution execution)
    {
        cutter.Watch(transaction.Db);
        return ValueTask.FromResult<ErrorDetail?>(null);
    }
}
