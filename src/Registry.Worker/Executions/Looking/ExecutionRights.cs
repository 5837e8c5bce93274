using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Looking;

/// <summary>Who may see and touch an execution: its caller, or who may for any (platform spec 4.3, 8.2).</summary>
internal static class ExecutionRights
{
    /// <summary>The execution, or 404: also for what somebody may not see, so that ids tell nothing.</summary>
    /// <param name="context">The caller's request.</param>
    /// <param name="id">Of the execution.</param>
    /// <param name="any">The permission that covers every execution, e.g. <c>execution:read:any</c>.</param>
    /// <param name="rights">Asked when it is not the caller's own.</param>
    /// <param name="db">For the look-up.</param>
    public static async Task<(Execution? Row, ProblemResult? Problem)> FindAsync(HttpContext context, Guid id, string any, Rights rights, RegistryDbContext db)
    {
        var row = await db.Set<Execution>().AsNoTracking().SingleOrDefaultAsync(execution => execution.CorrelationId == id, context.RequestAborted);
        if (row is null)
        {
            return (null, NotFound(id));
        }

        if (context.Caller().Owns(row) || await rights.LacksAsync(context.Caller(), any, db, null, context.RequestAborted) is null)
        {
            return (row, null);
        }

        // Who may read it but not touch it hears what is missing.
        return any != ReadAny && await rights.LacksAsync(context.Caller(), ReadAny, db, null, context.RequestAborted) is null
            ? (null, new ProblemResult(ErrorCodes.InsufficientPermissions, $"This needs permission {any}: the execution is somebody else's."))
            : (null, NotFound(id));
    }

    /// <summary>The same for what nobody may do with somebody else's execution.</summary>
    public static async Task<(Execution? Row, ProblemResult? Problem)> FindOwnAsync(HttpContext context, Guid id, Rights rights, RegistryDbContext db)
    {
        var (row, problem) = await FindAsync(context, id, ReadAny, rights, db);
        return row is null || context.Caller().Owns(row)
            ? (row, problem)
            : (null, new ProblemResult(ErrorCodes.InsufficientPermissions, "Only whose it is may do this: the execution is somebody else's."));
    }

    /// <summary>Covers reading every execution.</summary>
    public const string ReadAny = "execution:read:any";

    /// <summary>Covers ending every execution.</summary>
    public const string CancelAny = "execution:cancel:any";

    /// <summary>The executions of one caller.</summary>
    public static IQueryable<Execution> Of(this IQueryable<Execution> executions, Caller caller)
    {
        var (id, kind, agents) = (caller.Id, CallerKinds.Word(caller.Kind), caller.Agents.ToArray());
        return executions.Where(row => (row.CallerId == id && row.CallerKind == kind)
            || (kind == "service" && row.ActAsBy == id)
            || (row.CallerKind == "agent" && agents.Contains(row.CallerId)));
    }

    /// <summary>404.</summary>
    public static ProblemResult NotFound(Guid id) => new(ErrorCodes.ExecutionNotFound, $"There is no execution {id}.");
}
