namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Which servers of a cluster answer what.</summary>
/// <param name="Routers">Give the next table.</param>
/// <param name="Readers">Answer reads.</param>
/// <param name="Writers">Take writes; empty while the cluster elects a leader.</param>
/// <param name="TimeToLive">How long it may be used.</param>
internal sealed record BoltRoutingTable(
    IReadOnlyList<BoltEndpoint> Routers, IReadOnlyList<BoltEndpoint> Readers, IReadOnlyList<BoltEndpoint> Writers, TimeSpan TimeToLive)
{
    private const long MaxSeconds = 24 * 3600;

    /// <summary>Every server in it.</summary>
    public IEnumerable<BoltEndpoint> All => Routers.Concat(Readers).Concat(Writers);

    /// <summary>Reads a table as ROUTE (in <c>rt</c>) or the procedure of 4.1 and 4.2 gives it.</summary>
    /// <exception cref="BoltProtocolException">It is none, or names no router or no reader.</exception>
    public static BoltRoutingTable Parse(object? ttl, object? servers)
    {
        if (ttl is not (long and >= 0 and var seconds) || servers is not IReadOnlyList<object?> list)
        {
            throw new BoltProtocolException("A routing table has no ttl or no servers.");
        }

        var roles = new Dictionary<string, List<BoltEndpoint>>(StringComparer.Ordinal) { ["ROUTE"] = [], ["READ"] = [], ["WRITE"] = [] };
        foreach (var entry in list)
        {
            if (entry is not IReadOnlyDictionary<string, object?> server || server.GetValueOrDefault("role") is not string role
                || server.GetValueOrDefault("addresses") is not IReadOnlyList<object?> addresses)
            {
                throw new BoltProtocolException("A server of a routing table has no role or no addresses.");
            }

            // A role that a later version adds is none of ours.
            roles.GetValueOrDefault(role)?.AddRange(addresses.Select(Endpoint));
        }

        return roles["ROUTE"].Count > 0 && roles["READ"].Count > 0
            ? new BoltRoutingTable(roles["ROUTE"], roles["READ"], roles["WRITE"], TimeSpan.FromSeconds(Math.Min(seconds, MaxSeconds)))
            : throw new BoltProtocolException("A routing table names no router or no reader.");
    }

    /// <summary>The servers for one kind of work.</summary>
    public IReadOnlyList<BoltEndpoint> For(BoltAccess access) => access == BoltAccess.Read ? Readers : Writers;

    /// <summary>Without a server that could not be reached.</summary>
    public BoltRoutingTable Without(BoltEndpoint endpoint) => this with
    {
        Routers = Except(Routers, endpoint),
        Readers = Except(Readers, endpoint),
        Writers = Except(Writers, endpoint),
    };

    /// <summary>Without a writer that does not lead any more.</summary>
    public BoltRoutingTable WithoutWriter(BoltEndpoint endpoint) => this with { Writers = Except(Writers, endpoint) };

    private static List<BoltEndpoint> Except(IReadOnlyList<BoltEndpoint> endpoints, BoltEndpoint endpoint) =>
        [.. endpoints.Where(one => one != endpoint)];

    private static BoltEndpoint Endpoint(object? address) => address is string text && BoltEndpoint.TryParse(text, out var endpoint)
        ? endpoint
        : throw new BoltProtocolException("A routing table has an address that is none.");
}
