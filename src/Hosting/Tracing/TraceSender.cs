using Capns.Hosting.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Capns.Hosting.Tracing;

/// <summary>Sends traces by OTLP while the host runs, when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; what is left is sent at the end.</summary>
/// <remarks>The exporter reads the other <c>OTEL_*</c> variables itself, e.g. <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>.</remarks>
internal sealed class TraceSender(ServiceSettings service) : IHostedService, IDisposable
{
    private TracerProvider? _provider;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (service.TraceEndpoint is not null)
        {
            _provider = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(resource => resource.AddService($"{service.Name}-{service.Worker}", serviceVersion: service.Version, serviceInstanceId: service.InstanceId))
                .AddSource("Capns.*", "MassTransit", "Npgsql", "Microsoft.AspNetCore")
                .AddOtlpExporter()
                .Build();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Not in StopAsync: services stopped after this one still end their spans.
    public void Dispose() => _provider?.Dispose();
}
