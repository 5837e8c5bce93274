using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Capns.Definitions.Tests;

/// <summary>A registry on a free port of this machine: a real HTTP server whose answers the test sets.</summary>
public sealed class StandInRegistry : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<string> _asked = new();

    private StandInRegistry(WebApplication server) => _server = server;

    /// <summary>Base address, without slash at its end.</summary>
    public string Url => _server.Urls.Single();

    /// <summary>The paths asked for, as they came over the wire.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    /// <summary>Answers a request. Default: 404.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context =>
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };

    public static async Task<StandInRegistry> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        var registry = new StandInRegistry(server);
        server.Run(context =>
        {
            registry._asked.Enqueue(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
            return registry.Answer(context);
        });
        await server.StartAsync();
        return registry;
    }

    /// <summary>Every request is answered with this text.</summary>
    public void Give(string json) => Answer = context => context.Response.WriteAsync(json);

    /// <summary>Nobody listens any more.</summary>
    public Task StopAsync() => _server.StopAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
