using Capns.Hosting;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Streams.Live;
using Capns.Registry.Worker.Streams.Live.Announcements;
using Capns.Registry.Worker.Streams.Live.Bridging;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Capns.Registry.Worker.Streams.Live.Logins;
using Capns.Registry.Worker.Streams.Live.Rooms;
using Capns.Registry.Worker.Streams.Live.Sessions;
using Capns.Registry.Worker.Streams.Live.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Streams;

/// <summary>Registers live streams.</summary>
internal static class StreamsExtensions
{
    /// <summary>Logs each request at "info", with its query.</summary>
    internal const string AddressLogger = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>Requires <c>AddRedis</c>, <c>AddPersistence</c> (before it) and access; without <c>REDIS_URL</c> instances hear each other by PostgreSQL alone.</summary>
    public static CapnsHostBuilder AddStreams(this CapnsHostBuilder builder)
    {
        var services = builder.Services;
        var options = StreamOptions.Read(builder.Environment);
        options = options.Port == builder.Service.Port ? options with { Port = null } : options;
        services.AddSingleton(options);
        if (options is { WebSockets: true, Port: { } port })
        {
            builder.ListenAlsoOn(StreamOptions.PortVariable, port);
        }

        // At "info" it writes whole addresses, and these may hold a token (?token=).
        services.AddLogging(logging => logging.AddFilter(AddressLogger, LogLevel.Warning));
        var discussions = DiscussionService.Read(builder.Environment);
        services.AddMetrics();
        services.TryAddSingleton<LiveMetrics>();
        services.TryAddSingleton<LiveChannels>();
        services.TryAddSingleton<StoredEvents>();
        services.TryAddSingleton<IStoredEvents>(provider => provider.GetRequiredService<StoredEvents>());
        services.TryAddSingleton<GapFiller>();
        services.TryAddSingleton<LiveHub>();
        services.TryAddSingleton<RedisEvents>();
        services.TryAddSingleton<IExecutionStream, LiveExecutionStream>();
        services.TryAddSingleton<ILiveAnnouncements, LiveAnnouncements>();
        services.Replace(ServiceDescriptor.Singleton<IOutboxHotPath>(provider => new LiveOutbox(
            provider.GetRequiredService<OutboxDispatcher>(), provider.GetRequiredService<LiveHub>(), provider.GetRequiredService<RedisEvents>())));
        services.TryAddSingleton<IDiscussionMembers>(provider => new DiscussionService(
            discussions, new HttpClient(), provider.GetRequiredService<IRedis>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DiscussionService>>()));
        services.TryAddSingleton<IRoomRules, RoomRules>();
        services.TryAddSingleton<IExecutionCancel, ExecutionCancel>();
        services.TryAddSingleton<IStandingLogins, StandingLogins>();
        services.TryAddSingleton<LoginWatch>();
        services.TryAddSingleton<SessionServices>();
        services.TryAddSingleton<SessionShelf>();
        services.TryAddSingleton<LiveSockets>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveSockets>());
        services.AddHostedService<LiveKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<LoginWatch>());
        return builder;
    }

    /// <summary>The addresses of platform spec 4.7 and announcements. Events over SSE are part of the executions' API.</summary>
    public static void MapStreams(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<StreamOptions>();
        if (options.WebSockets)
        {
            if (options.Port is { } port)
            {
                app.UseSocketPort(() => port);
            }

            app.MapLiveSockets();
        }

        app.MapAnnouncements();
    }
}
