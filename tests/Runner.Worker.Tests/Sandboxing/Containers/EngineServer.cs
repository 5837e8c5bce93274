using System.Collections.Concurrent;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

/// <summary>A server on a unix socket that answers as an engine would; remembers what it was asked.</summary>
internal sealed class EngineServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("capns-engine-");

    private EngineServer(string apiVersion, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Path.Combine(_folder.FullName, "engine.sock")));
        _application = builder.Build();
        _application.Run(async context =>
        {
            if (context.Request.Path == "/_ping")
            {
                context.Response.Headers["Api-Version"] = apiVersion;
                return;
            }

            Asked.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            await answer(context);
        });
    }

    /// <summary>Method, path and query of every request but the first greeting.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Starts a server and a client of it.</summary>
    public static async Task<(EngineServer Server, DockerEngine Engine)> Start(RequestDelegate answer, string apiVersion = "1.43")
    {
        var server = new EngineServer(apiVersion, answer);
        await server._application.StartAsync();
        Assert.True(EngineEndpoint.TryParse($"unix://{server._folder.FullName}/engine.sock", out var endpoint, out _));
        return (server, new DockerEngine(endpoint));
    }

    /// <summary>Answers with a status and a body.</summary>
    public static RequestDelegate Says(int status, string body) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    };

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
