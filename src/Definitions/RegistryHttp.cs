namespace Capns.Definitions;

/// <summary>How the registry is asked.</summary>
internal static class RegistryHttp
{
    /// <summary>For all who bring none of their own: connections outlive who opened them, so that each should not have its own.</summary>
    public static HttpClient Shared { get; } = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The prefix and its colon stay as they are, everything after is escaped (CapNs spec 13.2).</summary>
    public static string AddressOf(RegistryConfig config, string prefix, string canonical)
    {
        var tags = canonical.StartsWith($"{prefix}:", StringComparison.Ordinal) ? canonical[(prefix.Length + 1)..] : canonical;
        return $"{config.RegistryUrl}/{prefix}:{Uri.EscapeDataString(tags)}";
    }

    /// <summary>All or the first failure, in the order of <paramref name="urns"/>.</summary>
    public static async Task<IReadOnlyList<T>> AllAsync<T>(
        IReadOnlyList<string> urns, int atOnce, Func<string, CancellationToken, Task<T>> get, CancellationToken cancellationToken)
    {
        var found = new T[urns.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, urns.Count, options, async (index, token) => found[index] = await get(urns[index], token));
        return found;
    }
}
