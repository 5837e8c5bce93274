using System.Collections.Concurrent;
using System.Text;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>One trace from the request to the completed event, across the workers (platform spec 3.7, 10.3).</summary>
public sealed class TracingTests
{
    [ServersFact]
    public async Task Request_WithATraceParent_IsOneTraceInRegistryAndRunnerAndInTheEvents()
    {
        await using var collector = await Collector.StartAsync();
        await using var platform = await Platform.StartAsync(settings: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });
        await using var service = await platform.ConnectAsync();
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var id = Guid.CreateVersion7();
        var (body, properties) = Formats.Write("platform-envelope", "tool.execution.requested", new
        {
            toolId = "math-calculator",
            executionId = id,
            agentId = "tracer",
            parameters = new { operation = "add", operands = new[] { 1, 2 } },
        });
        properties.Headers = new Dictionary<string, object?> { ["traceparent"] = $"00-{trace}-00f067aa0ba902b7-01" };

        await service.PublishAsync("tool.execution.requested", "tool.execution.requested", body, properties);

        var done = await service.FinalAsync(id);
        Assert.Contains(trace, done.GetProperty("traceparent").GetString(), StringComparison.Ordinal);
        await Eventually.TrueAsync(
            () => collector.Has(trace, "registry") && collector.Has(trace, "runner"),
            "spans of the trace from registry and runner",
            TimeSpan.FromSeconds(20));
    }

    /// <summary>The receiving end of OTLP over HTTP, as far as finding a trace id among the bytes takes.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly ConcurrentQueue<byte[]> _batches = new();
        private readonly WebApplication _app;

        private Collector(WebApplication app) => _app = app;

        public Uri Address => new(_app.Urls.First());

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            var collector = new Collector(app);
            app.MapPost("/v1/traces", async (HttpRequest request) =>
            {
                using var bytes = new MemoryStream();
                await request.Body.CopyToAsync(bytes);
                collector._batches.Enqueue(bytes.ToArray());
                return Results.Ok();
            });
            await app.StartAsync();
            return collector;
        }

        /// <summary>True when a batch of a service whose name ends so holds a span of the trace.</summary>
        public bool Has(string trace, string worker)
        {
            var id = Convert.FromHexString(trace);
            var name = Encoding.UTF8.GetBytes($"-{worker}");
            return _batches.Any(batch => batch.AsSpan().IndexOf(id) >= 0 && batch.AsSpan().IndexOf(name) >= 0);
        }

        public async ValueTask DisposeAsync() => await _app.DisposeAsync();
    }
}
