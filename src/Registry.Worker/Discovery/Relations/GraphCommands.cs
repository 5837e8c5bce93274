using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Executions;
using Capns.Contracts.Graph;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Audit;

namespace Capns.Registry.Worker.Discovery.Relations;

/// <summary>Gives commands about the graph to discovery and waits until they are carried out. Thread-safe.</summary>
/// <remarks>
/// The audit log is written before the command is sent: no change is without its entry, whatever is killed. That a command was refused, or not
/// confirmed in time, is a second entry.
/// </remarks>
internal sealed class GraphCommands(DiscoveryClient discovery, IAuditTrail audit)
{
    /// <summary>Keeps a relation. Null: it is kept.</summary>
    public Task<IResult?> PutAsync(PutToolRelation command, HttpContext context) => GiveAsync(
        command, Entry(context, "relation.put", command.FromToolId, command.ToToolId, command.Type, ("strength", command.Strength), ("reason", command.Reason)), context,
        GraphCommandOutcome.Stored);

    /// <summary>Removes a relation: 204, or 404 when there is none.</summary>
    public async Task<IResult> RemoveAsync(RemoveToolRelation command, HttpContext context) =>
        await GiveAsync(command, Entry(context, "relation.remove", command.FromToolId, command.ToToolId, command.Type), context, GraphCommandOutcome.Removed)
        ?? Results.NoContent();

    /// <summary>Has the graph made anew. Null: the work has begun.</summary>
    public Task<IResult?> RebuildAsync(RebuildGraph command, HttpContext context) =>
        GiveAsync(command, Actor.Of(context).Entry("graph.rebuild", "graph", command.JobId.ToString()), context, GraphCommandOutcome.Started);

    private async Task<IResult?> GiveAsync<T>(T command, AuditEntry entry, HttpContext context, GraphCommandOutcome expected)
        where T : class
    {
        await audit.AppendAsync(entry, context.RequestAborted);
        var reply = await discovery.CommandAsync<T, GraphCommandDone>(command, context.Caller(), context.RequestAborted);
        var problem = reply.Problem
            ?? (reply.Answer!.Outcome == GraphCommandOutcome.Absent ? new ProblemResult(ErrorCodes.NotFound, "There is no such relation between these tools.")
            : reply.Answer.Outcome == expected ? null
            : new ProblemResult(ErrorCodes.InternalError, $"Discovery has answered {JsonSerializer.Serialize(reply.Answer.Outcome, WireJson.Options)}, which is no answer to this."));
        if (problem is not null)
        {
            await audit.AppendAsync(
                entry with { Outcome = problem.Status >= 500 ? AuditOutcome.Failed : AuditOutcome.Denied, Code = problem.Code.Code }, CancellationToken.None);
        }

        return problem;
    }

    private static AuditEntry Entry(HttpContext context, string action, Guid from, Guid to, string type, params ReadOnlySpan<(string Name, object? Value)> more)
    {
        var details = new JsonObject { ["toToolId"] = to.ToString(), ["type"] = type };
        foreach (var (name, value) in more)
        {
            if (value is not null)
            {
                details[name] = JsonSerializer.SerializeToNode(value, WireJson.Options);
            }
        }

        return Actor.Of(context).Entry(action, "tool", from.ToString(), details: details);
    }
}
