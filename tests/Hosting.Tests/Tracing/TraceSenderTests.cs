using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Capns.Hosting.Tests.Tracing;

/// <summary>Traces reach a collector. The exporter reads this process's variables, so this is the only test that sets them.</summary>
public sealed class TraceSenderTests
{
    [Fact]
    public async Task Span_OfOurOwnSource_ReachesTheCollectorBeforeTheHostHasEnded()
    {
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var collector = await StartCollectorAsync(received);
        var address = collector.Urls.First();
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", address);
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        try
        {
            using var source = new ActivitySource("Capns.Probe");
            var host = CapnsHost.CreateBuilder([], "runner", Variables.Of(("PORT", "0"), ("LOG_LEVEL", "error"), ("OTEL_EXPORTER_OTLP_ENDPOINT", address))).Build();
            await host.StartAsync();
            using (source.StartActivity("a span of this test"))
            {
            }

            await host.StopAsync();
            await host.DisposeAsync();

            var body = await received.Task.WaitAsync(TimeSpan.FromSeconds(10));
            Assert.Contains("a span of this test", body, StringComparison.Ordinal);
            Assert.Contains("capability-registry-runner", body, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", null);
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", null);
        }
    }

    private static async Task<WebApplication> StartCollectorAsync(TaskCompletionSource<string> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            var text = Encoding.Latin1.GetString(body.ToArray());
            // Spans of HTTP requests of other tests may come first.
            if (text.Contains("a span of this test", StringComparison.Ordinal))
            {
                received.TrySetResult(text);
            }

            return Results.Ok();
        });
        await app.StartAsync();
        return app;
    }
}
