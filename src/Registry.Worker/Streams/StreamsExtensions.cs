namespace Capns.Registry.Worker.Streams;

/// <summary>Registers the live streams of executions.</summary>
internal static class StreamsExtensions
{
    /// <summary>Requires <c>AddRedis</c>; without <c>REDIS_URL</c> nothing is streamed.</summary>
    public static IServiceCollection AddStreams(this IServiceCollection services, StreamOptions options) =>
        services.AddSingleton(options).AddSingleton<IExecutionStream, RedisExecutionStream>();
}
