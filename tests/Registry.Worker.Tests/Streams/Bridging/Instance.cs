using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using Capns.Registry.Worker.Streams;
using Capns.Registry.Worker.Streams.Live;
using Capns.Registry.Worker.Streams.Live.Bridging;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Capns.Registry.Worker.Tests.Streams.Bridging;

/// <summary>The live side of one registry, on real servers.</summary>
internal sealed class Instance : IAsyncDisposable
{
    private readonly LiveChannels _channels;

    public Instance(TestDatabase database, Uri redis, TimeProvider? time = null)
    {
        var clock = time ?? TimeProvider.System;
        Redis = new RedisConnection(new RedisSettings { Host = redis.Host, Port = redis.Port }, NullLogger<RedisConnection>.Instance);
        Redis.Start();
        Stored = new StoredEvents(Redis, database.Source);
        _channels = new LiveChannels(Redis, Redis, NullLogger<LiveChannels>.Instance);
        Hub = new LiveHub(Stored, _channels, new GapFiller(Stored, clock, NullLogger<GapFiller>.Instance), new StreamOptions(), clock, NullLogger<LiveHub>.Instance);
        Events = new RedisEvents(Redis, new StreamOptions(), NullLogger<RedisEvents>.Instance);
        Stream = new LiveExecutionStream(Hub, Events);
        Keeper = new LiveKeeper(Hub, _channels, Stored, Stored, Redis, clock, NullLogger<LiveKeeper>.Instance);
    }

    public RedisConnection Redis { get; }

    public StoredEvents Stored { get; }

    public LiveHub Hub { get; }

    public RedisEvents Events { get; }

    public LiveExecutionStream Stream { get; }

    public LiveKeeper Keeper { get; }

    public Task ConnectedAsync() => Eventually.TrueAsync(() => Redis.IsAvailable, "Redis");

    /// <summary>Somebody who hears an execution from a sequence on.</summary>
    public async Task<Listener> ListenAsync(Guid execution, int from = 1)
    {
        var feed = await Hub.OpenAsync(execution, default) ?? throw new InvalidOperationException("The feed is full.");
        var listener = new Listener();
        await FeedReplay.RunAsync(feed, listener, from, Stored, TimeProvider.System, default);
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        Keeper.Dispose();
        _channels.Dispose();
        await Redis.DisposeAsync();
    }
}

/// <summary>Keeps what it hears.</summary>
internal sealed class Listener : IReplayListener
{
    private readonly List<LiveEvent> _heard = [];

    public IReadOnlyList<int> Sequences
    {
        get
        {
            lock (_heard)
            {
                return [.. _heard.Select(happened => happened.Sequence)];
            }
        }
    }

    /// <summary>Sequences of one execution.</summary>
    public IReadOnlyList<int> Of(Guid execution)
    {
        lock (_heard)
        {
            return [.. _heard.Where(happened => happened.ExecutionId == execution).Select(happened => happened.Sequence)];
        }
    }

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_heard)
            {
                return [.. _heard.Select(happened => happened.Name)];
            }
        }
    }

    /// <summary>What it heard, as clients of one kind get it.</summary>
    public IReadOnlyList<System.Text.Json.JsonElement> Frames(EventShape shape)
    {
        lock (_heard)
        {
            return [.. _heard.Select(happened => Live.Json(happened.Frame(shape)))];
        }
    }

    public void Hear(LiveEvent happened)
    {
        lock (_heard)
        {
            _heard.Add(happened);
        }
    }

    public ValueTask RoomAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public Task HearsAsync(params int[] sequences) =>
        Eventually.PassesAsync(() =>
        {
            Xunit.Assert.Equal(sequences, Sequences);
            return Task.CompletedTask;
        });
}
