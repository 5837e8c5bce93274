using System.Diagnostics.Metrics;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Approvals;

/// <summary>How long people take (platform spec 10.3). Thread-safe.</summary>
internal sealed class ApprovalMetrics
{
    private readonly Histogram<double> _wait;

    public ApprovalMetrics(IMeterFactory meters) =>
        _wait = meters.Create("Capns").CreateHistogram<double>("capability_registry_approval_wait_seconds", "s",
            "From the request to the decision or the expiry.");

    /// <summary>An approval has left <c>pending</c>.</summary>
    public void Settled(Approval approval) => _wait.Record(
        ((approval.DecidedAt ?? approval.CreatedAt) - approval.CreatedAt).TotalSeconds,
        new KeyValuePair<string, object?>("level", Words.Level(approval.SecurityLevel)));
}
