namespace Capns.Hosting.Redis;

/// <summary>Redis pub/sub: what is said now, to whoever listens now. Thread-safe.</summary>
/// <remarks>After an outage the channels are listened to again; what was said meanwhile is lost.</remarks>
public interface IRedisChannels
{
    /// <summary>Listens to a channel, with one handler. Returns when Redis has confirmed it.</summary>
    /// <param name="channel">Its exact name.</param>
    /// <param name="handler">Called in order, on a thread of the pool; must neither wait nor throw.</param>
    /// <exception cref="RedisAwayException">Redis is off or does not answer; call again when it is back.</exception>
    Task SubscribeAsync(string channel, Action<byte[]> handler);

    /// <summary>Listens no more.</summary>
    /// <exception cref="RedisAwayException">Redis is off or does not answer.</exception>
    Task UnsubscribeAsync(string channel);
}
