using Capns.Access;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Streams.Live.Rooms;

/// <summary>The rules on the table of executions.</summary>
internal sealed class RoomRules(IDbContextFactory<RegistryDbContext> contexts, IAccessControl access, IDiscussionMembers members) : IRoomRules
{
    /// <summary>Questions to the discussion service at a time, for one client.</summary>
    private const int AtOnce = 8;

    public async ValueTask<IReadOnlyList<RoomAnswer>> AskAsync(Caller caller, IReadOnlyList<RoomName> rooms, CancellationToken cancellationToken)
    {
        var answers = new RoomAnswer[rooms.Count];
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var executions = await FindAsync(db, rooms, cancellationToken);
        // What only membership can open is left: place of the room, and the discussion.
        var left = new List<(int Place, string Discussion)>();
        for (var place = 0; place < rooms.Count; place++)
        {
            var room = rooms[place];
            var found = executions.GetValueOrDefault(room.ExecutionId);
            answers[place] = room.Kind switch
            {
                RoomKind.Broadcast => caller.IsKnown ? RoomAnswer.InFull : RoomAnswer.NotAllowed,
                RoomKind.Execution when found is null => RoomAnswer.NotFound,
                RoomKind.Execution when await SeesAllAsync(caller, found, db, cancellationToken) => RoomAnswer.InFull,
                _ => RoomAnswer.NotAllowed,
            };
            if (answers[place] == RoomAnswer.NotAllowed && (room.Kind == RoomKind.Discussion ? room.DiscussionId : found?.DiscussionId) is { } discussion)
            {
                left.Add((place, discussion));
            }
        }

        foreach (var (place, discussion) in await OfMemberAsync(caller, left, cancellationToken))
        {
            answers[place] = RoomAnswer.AsMember;
        }

        return answers;
    }

    /// <summary>What the rules look at of each execution, and nothing of what may be large.</summary>
    private static async Task<Dictionary<Guid, Execution>> FindAsync(RegistryDbContext db, IReadOnlyList<RoomName> rooms, CancellationToken cancellationToken)
    {
        var ids = rooms.Where(room => room.Kind == RoomKind.Execution).Select(room => room.ExecutionId).Distinct().ToArray();
        if (ids.Length == 0)
        {
            return [];
        }

        var rows = await db.Set<Execution>().AsNoTracking().Where(row => ids.Contains(row.CorrelationId))
            .Select(row => new { row.CorrelationId, row.CallerId, row.CallerKind, row.ActAsBy, row.AgentId, row.ProjectId, row.DiscussionId })
            .ToListAsync(cancellationToken);
        return rows.ToDictionary(row => row.CorrelationId, row => new Execution
        {
            CorrelationId = row.CorrelationId,
            CallerId = row.CallerId,
            CallerKind = row.CallerKind,
            ActAsBy = row.ActAsBy,
            AgentId = row.AgentId,
            ProjectId = row.ProjectId,
            DiscussionId = row.DiscussionId,
        });
    }

    /// <summary>Caller of the execution, owner of its agent, or <c>execution:read:any</c>.</summary>
    private async ValueTask<bool> SeesAllAsync(Caller caller, Execution found, RegistryDbContext db, CancellationToken cancellationToken)
    {
        if (caller.Owns(found))
        {
            return true;
        }

        var question = new AccessQuestion { Action = "execution:read:any", AgentId = found.AgentId, ProjectId = found.ProjectId };
        return (await access.DecideAsync(caller, question, db, cancellationToken)).Effect == AccessEffect.Allowed;
    }

    /// <summary>Those of whose discussion the caller is a member.</summary>
    private async Task<List<(int Place, string Discussion)>> OfMemberAsync(
        Caller caller, List<(int Place, string Discussion)> questions, CancellationToken cancellationToken)
    {
        if (!caller.IsKnown)
        {
            return [];
        }

        var known = questions.Select(question => question.Discussion).Distinct(StringComparer.Ordinal)
            .ToDictionary(discussion => discussion, caller.Discussions.Contains, StringComparer.Ordinal);
        using var turns = new SemaphoreSlim(AtOnce);
        var answers = await Task.WhenAll(known.Where(pair => !pair.Value).Select(async pair =>
        {
            await turns.WaitAsync(cancellationToken);
            try
            {
                return (Discussion: pair.Key, IsMember: await members.HasAsync(pair.Key, caller.Id, cancellationToken));
            }
            finally
            {
                turns.Release();
            }
        }));
        foreach (var (discussion, isMember) in answers)
        {
            known[discussion] = isMember;
        }

        return [.. questions.Where(question => known[question.Discussion])];
    }
}
