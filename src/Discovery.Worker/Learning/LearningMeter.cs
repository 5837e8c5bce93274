using System.Diagnostics.Metrics;
using Capns.Hosting.Metrics;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Counts what was learned from.</summary>
internal sealed class LearningMeter(IMeterFactory meters)
{
    /// <summary>Outcome of what the rules do not count.</summary>
    public const string NotCounted = "not-counted";

    /// <summary>Outcome of a caller's mistake.</summary>
    public const string Refused = "refused";

    private readonly Counter<long> _events = meters.Create(CapnsMeter.Name).CreateCounter<long>(
        CapnsMeter.Prefix + "learning_events_total",
        description: "Messages to learn from by kind (execution, feedback) and outcome (applied, repeated, not-counted, refused).");

    public void Took(string kind, string outcome) =>
        _events.Add(1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));
}
