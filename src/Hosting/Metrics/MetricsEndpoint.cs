using Capns.Hosting.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Capns.Hosting.Metrics;

/// <summary><c>/metrics</c> (platform spec 10.3), on the worker's port or on <c>METRICS_PORT</c> only.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes, ServiceSettings service, Action<IEndpointConventionBuilder, string>? guard)
    {
        if (!service.MetricsEnabled)
        {
            return;
        }

        // By the port the connection came in on: what the Host header says is the caller's word, and a proxy's number of the port is another one.
        var metrics = routes.MapGet("/metrics", (HttpContext context, MetricsCollector collector) =>
            service.MetricsPort is { } own && context.Connection.LocalPort != own
                ? Results.NotFound()
                : Results.Text(collector.Write(), PrometheusText.ContentType));
        if (service.MetricsPort is null)
        {
            guard?.Invoke(metrics, "");
        }
    }
}
