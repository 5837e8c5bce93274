using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>An OpenID provider on this machine; what it answers can be changed.</summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeProvider(WebApplication app) => _app = app;

    /// <summary>Without a slash at the end.</summary>
    public Uri Authority => new(_app.Urls.Single());

    /// <summary>The keys that it publishes.</summary>
    public JsonArray Keys { get; set; } = [];

    /// <summary>Every path that was asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public int KeyReads => Asked.Count(path => path == "/keys");

    /// <summary>What is answered instead, by path.</summary>
    public ConcurrentDictionary<string, Func<HttpContext, Task>> Instead { get; } = new();

    public static async Task<FakeProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var provider = new FakeProvider(builder.Build());
        provider._app.Run(provider.AnswerAsync);
        await provider._app.StartAsync();
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Asked.Enqueue(path);
        if (Instead.TryGetValue(path, out var other))
        {
            return other(context);
        }

        return path switch
        {
            "/.well-known/openid-configuration" => context.Response.WriteAsync(
                new JsonObject { ["issuer"] = Authority.OriginalString, ["jwks_uri"] = new Uri(Authority, "/keys").ToString() }.ToJsonString()),
            "/keys" => context.Response.WriteAsync(new JsonObject { ["keys"] = Keys.DeepClone() }.ToJsonString()),
            _ => NotFound(context),
        };
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
