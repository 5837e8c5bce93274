using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary>Rows of <c>policies</c>: found, locked, changed and shown.</summary>
internal static class PolicyRows
{
    /// <summary>A new one.</summary>
    public static Policy Make(Guid id, PolicyBody body, DateTimeOffset now) => new()
    {
        Id = id,
        Name = body.Name,
        Enabled = body.Enabled,
        Effect = body.Effect,
        Match = MatchJson(body),
        Reason = body.Reason,
        Approvers = body.Approvers,
        MinApprovals = body.MinApprovals,
        RowVersion = 1,
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <summary>Everything but its id and its making.</summary>
    public static void Replace(Policy policy, PolicyBody body, DateTimeOffset now)
    {
        (policy.Name, policy.Enabled, policy.Effect, policy.Match) = (body.Name, body.Enabled, body.Effect, MatchJson(body));
        (policy.Reason, policy.Approvers, policy.MinApprovals) = (body.Reason, body.Approvers, body.MinApprovals);
        (policy.RowVersion, policy.UpdatedAt) = (policy.RowVersion + 1, now);
    }

    /// <summary>The row, which nobody else changes until the end of the transaction.</summary>
    public static async Task<(Policy? Policy, ProblemResult? Problem)> LockAsync(
        RegistryTransaction transaction, Guid id, Preconditions wanted)
    {
        var policy = await transaction.Db.Set<Policy>()
            .FromSql($"SELECT * FROM policies WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(transaction.CancellationToken);
        return policy is null ? (null, Missing(id))
            : wanted.Fit(policy.RowVersion) ? (policy, null)
            : (policy, new ProblemResult(
                ErrorCodes.PreconditionFailed, Preconditions.Stale("The policy", Preconditions.Tag(policy.RowVersion))));
    }

    /// <summary>The row, when it is what a try at that time made of it.</summary>
    public static async Task<Policy?> FindAsync(RegistryTransaction transaction, Guid id, DateTimeOffset? tried)
    {
        var row = await transaction.Db.Set<Policy>().AsNoTracking()
            .SingleOrDefaultAsync(policy => policy.Id == id, transaction.CancellationToken);
        // PostgreSQL keeps microseconds.
        return row is not null && tried is { } at && (row.UpdatedAt - at).Duration() < TimeSpan.FromMicroseconds(1) ? row : null;
    }

    /// <summary>What a name is refused with that another policy has.</summary>
    public static async Task<ProblemResult?> FindTwinAsync(RegistryTransaction transaction, string name, Guid id) =>
        await transaction.Db.Set<Policy>().AnyAsync(row => row.Name == name && row.Id != id, transaction.CancellationToken)
            ? AccessBody.Invalid("name", "uniqueItems", $"must be unique; another policy is called {Reading.Preview.Of(name)}")
            : null;

    public static ProblemResult Missing(Guid id) => new(ErrorCodes.NotFound, $"There is no policy {id}.");

    /// <summary>For the audit log.</summary>
    public static JsonObject Details(PolicyBody body) => new()
    {
        ["name"] = body.Name,
        ["effect"] = body.Effect,
        ["enabled"] = body.Enabled,
        ["match"] = JsonSerializer.SerializeToNode(body.Match, WireJson.Options),
    };

    public static PolicyResource View(Policy policy) => new()
    {
        Id = policy.Id,
        Name = policy.Name,
        Enabled = policy.Enabled,
        Effect = policy.Effect,
        Match = JsonSerializer.Deserialize<JsonElement>(policy.Match),
        Reason = policy.Reason,
        Approvers = policy.Approvers,
        MinApprovals = policy.MinApprovals,
        CreatedAt = policy.CreatedAt,
        UpdatedAt = policy.UpdatedAt,
        Etag = Preconditions.Tag(policy.RowVersion),
    };

    private static string MatchJson(PolicyBody body) => JsonSerializer.Serialize(body.Match, WireJson.Options);
}
