namespace Capns.Definitions;

/// <summary>What one file holds.</summary>
internal sealed record StoredDefinition<T>(
    T Definition, DateTimeOffset CachedAt, TimeSpan TimeToLive, IReadOnlyDictionary<string, string> More)
    where T : class
{
    // Also what is further ahead than it may live: it was written while a clock was wrong.
    public bool IsExpired(DateTimeOffset now) => (now - CachedAt).Duration() > TimeToLive;
}
