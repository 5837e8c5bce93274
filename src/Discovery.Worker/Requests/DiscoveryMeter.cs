using System.Diagnostics.Metrics;
using Capns.Hosting.Metrics;

namespace Capns.Discovery.Worker.Requests;

/// <summary>Counts requests (platform spec 10.3).</summary>
internal sealed class DiscoveryMeter(IMeterFactory meters)
{
    /// <summary>Label of requests whose mode cannot be told.</summary>
    public const string Refused = "refused";

    private readonly Counter<long> _requests = meters.Create(CapnsMeter.Name).CreateCounter<long>(
        CapnsMeter.Prefix + "discovery_requests_total", description: "Discovery requests by mode; refused ones apart.");

    public void Requested(string mode) => _requests.Add(1, new KeyValuePair<string, object?>("mode", mode));
}
