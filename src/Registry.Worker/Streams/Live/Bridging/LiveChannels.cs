using Capns.Hosting.Redis;

namespace Capns.Registry.Worker.Streams.Live.Bridging;

/// <summary>The Redis channels this instance listens to: those of the rooms in which somebody is (platform spec 9.2). Thread-safe.</summary>
/// <remarks>What Redis does not take while it is away is asked again by <see cref="RepairAsync"/>.</remarks>
internal sealed partial class LiveChannels(IRedisChannels channels, IRedis redis, ILogger<LiveChannels> logger) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, (Action<byte[]> Handler, bool IsOpen)> _wanted = new(StringComparer.Ordinal);

    /// <summary>Listens to a channel. Returns when Redis brings it, or is known to be away.</summary>
    public async Task OpenAsync(string channel, Action<byte[]> handler)
    {
        await _turn.WaitAsync();
        try
        {
            _wanted[channel] = (handler, await TryAsync(() => channels.SubscribeAsync(channel, handler), channel));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Listens no more.</summary>
    /// <param name="channel">Which.</param>
    /// <param name="isWanted">Asked when it is this call's turn: somebody may have come again.</param>
    public async Task CloseAsync(string channel, Func<bool> isWanted)
    {
        await _turn.WaitAsync();
        try
        {
            if (!isWanted() && _wanted.Remove(channel))
            {
                await TryAsync(() => channels.UnsubscribeAsync(channel), channel);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Opens what could not be opened.</summary>
    public async Task RepairAsync()
    {
        await _turn.WaitAsync();
        try
        {
            foreach (var (channel, (handler, _)) in _wanted.Where(wanted => !wanted.Value.IsOpen).ToList())
            {
                _wanted[channel] = (handler, await TryAsync(() => channels.SubscribeAsync(channel, handler), channel));
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<bool> TryAsync(Func<Task> call, string channel)
    {
        // Asking would take its whole patience, and others wait for their turn.
        if (!redis.IsAvailable)
        {
            return false;
        }

        try
        {
            await call();
            return true;
        }
        catch (Exception exception) when (exception is RedisAwayException or StackExchange.Redis.RedisException)
        {
            LogAway(channel, exception.Message);
            return false;
        }
    }

    [LoggerMessage(EventId = 3601, Level = LogLevel.Debug, Message = "Channel {Channel} waits for Redis: {Reason}")]
    private partial void LogAway(string channel, string reason);
}
