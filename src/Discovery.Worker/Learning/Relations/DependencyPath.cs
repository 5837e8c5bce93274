using Npgsql;

namespace Capns.Discovery.Worker.Learning.Relations;

/// <summary>Walks REQUIRES in the database, one level at a time.</summary>
internal static class DependencyPath
{
    /// <summary>The shortest way from one tool to another.</summary>
    /// <returns>The tools on it, both ends included; null when there is no way.</returns>
    public static async Task<IReadOnlyList<Guid>?> FindAsync(
        NpgsqlTransaction transaction, Guid from, Guid to, CancellationToken cancellationToken)
    {
        var cameFrom = new Dictionary<Guid, Guid> { [from] = from };
        Guid[] here = [from];
        while (here.Length > 0 && !cameFrom.ContainsKey(to))
        {
            var next = new List<Guid>();
            foreach (var (tool, required) in await RequiredAsync(transaction, here, cancellationToken))
            {
                if (cameFrom.TryAdd(required, tool))
                {
                    next.Add(required);
                }
            }

            here = [.. next];
        }

        return cameFrom.ContainsKey(to) ? Back(cameFrom, from, to) : null;
    }

    private static List<Guid> Back(Dictionary<Guid, Guid> cameFrom, Guid from, Guid to)
    {
        var path = new List<Guid> { to };
        while (path[^1] != from)
        {
            path.Add(cameFrom[path[^1]]);
        }

        path.Reverse();
        return path;
    }

    private static async Task<List<(Guid Tool, Guid Required)>> RequiredAsync(NpgsqlTransaction transaction, Guid[] tools, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT from_id, to_id FROM discovery.graph_relations WHERE type = 'REQUIRES' AND from_id = ANY ($1) ORDER BY from_id, to_id",
            transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = tools });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(Guid, Guid)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add((rows.GetGuid(0), rows.GetGuid(1)));
        }

        return found;
    }
}
