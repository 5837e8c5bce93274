using System.Diagnostics.Metrics;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Events;

namespace Capns.Registry.Worker.Executions;

/// <summary>Counts executions (platform spec 10.3). Thread-safe.</summary>
internal sealed class ExecutionMetrics
{
    private const string Prefix = "capability_registry_";

    private readonly Counter<long> _executions;
    private readonly Counter<long> _success;
    private readonly Counter<long> _failure;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _queueWait;
    private readonly Counter<long> _late;
    private readonly Counter<long> _duplicates;

    public ExecutionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Capns");
        _executions = meter.CreateCounter<long>(Prefix + "tool_executions_total");
        _success = meter.CreateCounter<long>(Prefix + "execution_success_total");
        _failure = meter.CreateCounter<long>(Prefix + "execution_failure_total");
        _duration = meter.CreateHistogram<double>(Prefix + "execution_duration_seconds", "s");
        _queueWait = meter.CreateHistogram<double>(Prefix + "queue_wait_seconds", "s");
        _late = meter.CreateCounter<long>(Prefix + "late_final_states_total");
        _duplicates = meter.CreateCounter<long>(Prefix + "duplicates_total");
    }

    /// <summary>An attempt has started.</summary>
    public void Started(Execution execution) => _queueWait.Record(
        Milliseconds.Between(execution.QueuedAt, execution.StartedAt) / 1000.0,
        new KeyValuePair<string, object?>("priority", execution.Priority));

    /// <summary>An execution has ended.</summary>
    public void Ended(Execution execution, ExecutionState state, ErrorDetail? error)
    {
        var tool = new KeyValuePair<string, object?>("tool", execution.ToolName ?? "other");
        var level = new KeyValuePair<string, object?>("level", execution.SecurityLevel?.ToString().ToLowerInvariant() ?? "none");
        var type = new KeyValuePair<string, object?>("error_type", error?.Type.ToString().ToLowerInvariant() ?? "none");
        var outcome = state.ToString().ToLowerInvariant();
        _executions.Add(1, tool, level, new KeyValuePair<string, object?>("status", outcome), type);
        if (state == ExecutionState.Completed)
        {
            _success.Add(1, tool, level);
        }
        else if (error is not null)
        {
            _failure.Add(1, tool, level, type);
        }

        if (execution.StartedAt is not null)
        {
            _duration.Record(
                Milliseconds.Between(execution.StartedAt, execution.CompletedAt) / 1000.0, tool, level, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    /// <summary>A runner reported an end of what had ended.</summary>
    public void LateEnd() => _late.Add(1);

    /// <summary>A request came again.</summary>
    public void Duplicate(string eventName) => _duplicates.Add(1, new KeyValuePair<string, object?>("event", eventName));
}
