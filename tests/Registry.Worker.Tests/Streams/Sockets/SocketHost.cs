using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Hosting.Redis;
using Capns.Registry.Worker.Access.Login;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams;
using Capns.Registry.Worker.Streams.Live;
using Capns.Registry.Worker.Streams.Live.Announcements;
using Capns.Registry.Worker.Streams.Live.Bridging;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Capns.Registry.Worker.Streams.Live.Logins;
using Capns.Registry.Worker.Streams.Live.Rooms;
using Capns.Registry.Worker.Streams.Live.Sessions;
using Capns.Registry.Worker.Streams.Live.Sockets;
using Capns.Registry.Worker.Streams.Live.Sse;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Tests.Streams.Sockets;

/// <summary>The live streams of an instance on a real socket, with stand-ins for access, stores and Redis (which is away).</summary>
internal sealed class SocketHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SocketHost(WebApplication app) => _app = app;

    public StoredInMemory Stored => _app.Services.GetRequiredService<StoredInMemory>();

    public LiveHub Hub => _app.Services.GetRequiredService<LiveHub>();

    public StandIns StandIns => _app.Services.GetRequiredService<StandIns>();

    public ManualTime Time => (ManualTime)_app.Services.GetRequiredService<TimeProvider>();

    public LiveMetrics Metrics => _app.Services.GetRequiredService<LiveMetrics>();

    public LoginWatch Logins => _app.Services.GetRequiredService<LoginWatch>();

    /// <summary>When the login of HTTP requests ends.</summary>
    public DateTimeOffset? CallerEnds
    {
        set => StandIns.CallerEnds = value;
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>With <c>ownPort</c>, that of WebSockets.</summary>
    public int SocketPort => new Uri(_app.Urls.Last()).Port;

    public static async Task<SocketHost> StartAsync(StreamOptions? options = null, bool ownPort = false, Action<string>? logged = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (logged is not null)
        {
            // As with LOG_LEVEL=debug.
            builder.Logging.SetMinimumLevel(LogLevel.Debug).AddFilter(StreamsExtensions.AddressLogger, LogLevel.Warning).AddProvider(new Told(logged));
        }

        builder.WebHost.UseUrls([.. Enumerable.Repeat("http://127.0.0.1:0", ownPort ? 2 : 1)]);
        var services = builder.Services;
        services.AddSingleton(options ?? new StreamOptions());
        services.AddSingleton<TimeProvider>(new ManualTime(Live.Now));
        services.AddSingleton<StoredInMemory>();
        services.AddSingleton<IStoredEvents>(provider => provider.GetRequiredService<StoredInMemory>());
        services.AddSingleton<StandIns>();
        services.AddSingleton<IRedis>(provider => provider.GetRequiredService<StandIns>());
        services.AddSingleton<IRedisChannels>(provider => provider.GetRequiredService<StandIns>());
        services.AddSingleton<IRoomRules>(provider => provider.GetRequiredService<StandIns>());
        services.AddSingleton<ILogins>(provider => provider.GetRequiredService<StandIns>());
        services.AddSingleton<IStandingLogins>(provider => provider.GetRequiredService<StandIns>());
        services.AddSingleton<LoginWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<LoginWatch>());
        services.AddSingleton<IExecutionCancel>(provider => provider.GetRequiredService<StandIns>());
        services.AddMetrics();
        services.AddSingleton<LiveMetrics>();
        services.AddSingleton<LiveChannels>();
        services.AddSingleton<GapFiller>();
        services.AddSingleton<LiveHub>();
        services.AddSingleton<SessionServices>();
        services.AddSingleton<SessionShelf>();
        services.AddSingleton<RedisEvents>();
        services.AddSingleton<ILiveAnnouncements, LiveAnnouncements>();
        services.AddSingleton<IAuditTrail>(provider => provider.GetRequiredService<StandIns>());
        services.AddSingleton<LiveSockets>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveSockets>());
        var app = builder.Build();
        app.Use((context, next) =>
        {
            context.Features.Set(StandIns.Known("user-1", app.Services.GetRequiredService<StandIns>().CallerEnds));
            return next(context);
        });
        if (ownPort)
        {
            // Known when the host has started.
            app.UseSocketPort(() => new Uri(app.Urls.Last()).Port);
        }

        app.MapLiveSockets();
        app.MapAnnouncements();
        app.MapGet("/events/{id:guid}", (Guid id, int? fromSequence) => new EventStreamResult(id, fromSequence));
        await app.StartAsync();
        return new SocketHost(app);
    }

    /// <summary>Something happens: stored, and told to this instance.</summary>
    public void Happen(Worker.Streams.Live.Events.LiveEvent happened)
    {
        Stored.Add(happened);
        Hub.Offer(happened);
    }

    /// <summary>A client that has logged in.</summary>
    public async Task<SocketClient> ConnectAsync(string path = "/ws", string? token = "user-1")
    {
        var client = await SocketClient.ConnectAsync(new Uri($"ws://{Address.Authority}{path}"), token);
        if (token is not null)
        {
            await client.NextAsync("connection.established");
        }

        return client;
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>Everything around live streams, as simple as can be.</summary>
internal sealed class StandIns : IRoomRules, ILogins, IStandingLogins, IExecutionCancel, IAuditTrail, IRedis, IRedisChannels
{
    public List<AuditEntry> Audited { get; } = [];

    public DateTimeOffset? TokenEnds { get; set; }

    public DateTimeOffset? CallerEnds { get; set; }

    public Exception? RulesThrow { get; set; }

    public List<string> Cancelled { get; } = [];

    public bool IsEnabled => false;

    public bool IsAvailable => false;

    public static Caller Known(string id, DateTimeOffset? ends = null) => new() { Kind = CallerKind.User, Id = id, ExpiresAt = ends };

    /// <summary>How often rules were asked.</summary>
    public int Asked { get; private set; }

    /// <summary>Texts of rooms that are nobody's any more.</summary>
    public HashSet<string> Lost { get; } = [];

    /// <summary>Credentials that do not hold any more.</summary>
    public HashSet<string> Revoked { get; } = [];

    public long Revision { get; set; } = 1;

    public ValueTask<long> RevisionAsync(CancellationToken cancellationToken) => new(Revision);

    public ValueTask<StandingLogin> ReadAsync(string credential, CancellationToken cancellationToken) =>
        new(new StandingLogin(Revoked.Contains(credential) ? null : Known(credential, TokenEnds)));

    public ValueTask<IReadOnlyList<RoomAnswer>> AskAsync(Caller caller, IReadOnlyList<RoomName> rooms, CancellationToken cancellationToken)
    {
        Asked++;
        return RulesThrow is { } error ? throw error : new([.. rooms.Select(room => Answer(caller, room))]);
    }

    private RoomAnswer Answer(Caller caller, RoomName room) => Lost.Contains(room.Text)
        ? RoomAnswer.NotAllowed
        : room.Kind switch
        {
            RoomKind.Broadcast => RoomAnswer.InFull,
            RoomKind.Discussion => room.DiscussionId == "secret" ? RoomAnswer.NotAllowed : RoomAnswer.AsMember,
            _ when room.ExecutionId == Guid.Empty => RoomAnswer.NotFound,
            _ => caller.Id == "member" ? RoomAnswer.AsMember : caller.Id == "stranger" ? RoomAnswer.NotAllowed : RoomAnswer.InFull,
        };

    public ValueTask<LoginReading> ReadAsync(string credential, string address, string? requestId, CancellationToken cancellationToken) =>
        new(credential switch
        {
            "bad" => new LoginReading(null, ErrorCodes.Unauthenticated, "The token is bad."),
            "away" => new LoginReading(null, ErrorCodes.ServiceUnavailable, "The issuer's keys cannot be fetched now."),
            _ => new LoginReading(Known(credential, TokenEnds)),
        });

    public Task<ErrorDetail?> CancelAsync(Caller caller, Guid executionId, string? reason, bool force, CancellationToken cancellationToken)
    {
        if (executionId == Guid.Empty)
        {
            return Task.FromResult<ErrorDetail?>(Errors.Of(ErrorCodes.ExecutionNotFound, "There is none."));
        }

        Cancelled.Add($"{caller.Id} {executionId} {reason} {force}");
        return Task.FromResult<ErrorDetail?>(null);
    }

    public void Append(RegistryTransaction transaction, AuditEntry entry) => Audited.Add(entry);

    public Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        Audited.Add(entry);
        return Task.CompletedTask;
    }

    public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments) => throw new RedisAwayException();

    public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => throw new RedisAwayException();

    public Task SubscribeAsync(string channel, Action<byte[]> handler) => throw new RedisAwayException();

    public Task UnsubscribeAsync(string channel) => throw new RedisAwayException();
}

/// <summary>The platform's own WebSocket client.</summary>
internal sealed class SocketClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();

    public WebSocketCloseStatus? Code => _socket.CloseStatus;

    public string? Protocol => _socket.SubProtocol;

    public static async Task<SocketClient> ConnectAsync(Uri address, string? token, string? protocol = null)
    {
        var client = new SocketClient();
        if (token is not null)
        {
            client._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        if (protocol is not null)
        {
            client._socket.Options.AddSubProtocol(protocol);
        }

        await client._socket.ConnectAsync(address, default);
        return client;
    }

    public Task SendAsync(object message) => SendTextAsync(message as string ?? JsonSerializer.Serialize(message));

    public Task SendTextAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

    /// <summary>The next frame; null when the server has closed.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var (buffer, text) = (new byte[4096], new MemoryStream());
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            text.Write(buffer.AsSpan(0, part.Count));
            if (part.EndOfMessage)
            {
                return JsonSerializer.Deserialize<JsonElement>(text.ToArray());
            }
        }
    }

    /// <summary>The next frame, which must be of this type.</summary>
    /// <returns>Its data.</returns>
    public async Task<JsonElement> NextAsync(string type)
    {
        var frame = await NextAsync() ?? throw new InvalidOperationException($"Closed with {Code} where {type} was to come.");
        var found = frame.GetProperty("type").GetString();
        return found == type
            ? frame.TryGetProperty("data", out var data) ? data : default
            : throw new InvalidOperationException($"{frame} came where {type} was to come.");
    }

    /// <summary>The close code; frames on the way are dropped.</summary>
    public async Task<int> ClosedAsync()
    {
        while (await NextAsync() is not null)
        {
        }

        return (int)Code!;
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return default;
    }
}

/// <summary>Hands every log line on.</summary>
internal sealed class Told(Action<string> line) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        line(formatter(state, exception));

    public void Dispose()
    {
    }
}
