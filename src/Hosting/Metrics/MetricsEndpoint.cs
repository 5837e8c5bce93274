using Capns.Hosting.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Capns.Hosting.Metrics;

/// <summary><c>/metrics</c> (platform spec 10.3), on the worker's port or on <c>METRICS_PORT</c> only.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes, ServiceSettings service)
    {
        if (!service.MetricsEnabled)
        {
            return;
        }

        var metrics = routes.MapGet("/metrics", (MetricsCollector collector) => TypedResults.Text(collector.Write(), PrometheusText.ContentType));
        if (service.MetricsPort is { } port)
        {
            metrics.RequireHost($"*:{port}");
        }
    }
}
