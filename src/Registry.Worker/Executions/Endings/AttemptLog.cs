using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Persistence;

namespace Capns.Registry.Worker.Executions.Endings;

/// <summary>Writes the end of an attempt into its row without reading it first.</summary>
internal static class AttemptLog
{
    public static void End(RegistryDbContext db, Execution execution, DateTimeOffset endedAt, string outcome, ErrorDetail? error, decimal cost)
    {
        var row = db.ChangeTracker.Entries<ExecutionAttemptRow>().FirstOrDefault(entry => entry.Entity.Attempt == execution.Attempt)?.Entity;
        if (row is null)
        {
            row = new ExecutionAttemptRow { ExecutionId = execution.CorrelationId, Attempt = execution.Attempt, RunnerId = string.Empty };
            db.Attach(row);
        }

        row.EndedAt = endedAt;
        row.Outcome = outcome;
        row.Error = error is null ? null : JsonSerializer.Serialize(error, WireJson.Options);
        row.Resources = execution.Resources;
        row.Cost = cost;
    }
}
