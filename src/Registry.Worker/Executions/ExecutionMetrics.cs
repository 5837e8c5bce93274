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

    private readonly Histogram<double> _startLatency;
    private readonly Counter<double> _cost;
    private readonly ErrorRate _errors;

    public ExecutionMetrics(IMeterFactory meters, TimeProvider? time = null)
    {
        _errors = new ErrorRate(time ?? TimeProvider.System);
        var meter = meters.Create("Capns");
        _executions = meter.CreateCounter<long>(Prefix + "tool_executions_total", description: "Executions that ended, by how.");
        _success = meter.CreateCounter<long>(Prefix + "execution_success_total", description: "Executions that completed.");
        _failure = meter.CreateCounter<long>(Prefix + "execution_failure_total", description: "Executions that failed, were refused or waited too long, by type of error.");
        _duration = meter.CreateHistogram<double>(Prefix + "execution_duration_seconds", "s", "From the start of the last attempt to its end.");
        _queueWait = meter.CreateHistogram<double>(Prefix + "queue_wait_seconds", "s", "From queued to started.");
        _late = meter.CreateCounter<long>(Prefix + "late_final_states_total", description: "Ends reported of executions that had ended.");
        _duplicates = meter.CreateCounter<long>(Prefix + "duplicates_total", description: "Requests that came again, by event.");
        _startLatency = meter.CreateHistogram<double>(Prefix + "start_latency_seconds", "s", "From the acceptance of a request to the start of its first attempt.");
        _cost = meter.CreateCounter<double>(Prefix + "cost_total", description: "Cost of executions that ended, in the currency of the installation.");
        meter.CreateObservableGauge(Prefix + "error_rate", () => _errors.Rate(), description: "Share of failed among completed and failed executions of the last 5 minutes, as this instance ended them.");
    }

    /// <summary>An attempt has started.</summary>
    public void Started(Execution execution)
    {
        _queueWait.Record(
            Milliseconds.Between(execution.QueuedAt, execution.StartedAt) / 1000.0, new KeyValuePair<string, object?>("priority", execution.Priority));
        if (execution.Attempt <= 1)
        {
            // What may not start before a time has not waited for us until then.
            var ready = execution.NotBefore > execution.CreatedAt ? execution.NotBefore : execution.CreatedAt;
            _startLatency.Record(Milliseconds.Between(ready, execution.StartedAt) / 1000.0, LevelOf(execution));
        }
    }

    /// <summary>An execution has ended.</summary>
    public void Ended(Execution execution, ExecutionState state, ErrorDetail? error)
    {
        var tool = new KeyValuePair<string, object?>("tool", execution.ToolName ?? "other");
        var level = LevelOf(execution);
        var type = new KeyValuePair<string, object?>("error_type", error?.Type.ToString().ToLowerInvariant() ?? "none");
        var outcome = state.ToString().ToLowerInvariant();
        _executions.Add(1, tool, level, new KeyValuePair<string, object?>("status", outcome), type);
        _cost.Add((double)execution.Cost, new KeyValuePair<string, object?>("scope", "execution"));
        _errors.Ended(state);
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

    private static KeyValuePair<string, object?> LevelOf(Execution execution) =>
        new("level", execution.SecurityLevel?.ToString().ToLowerInvariant() ?? "none");

    /// <summary>A runner reported an end of what had ended.</summary>
    public void LateEnd() => _late.Add(1);

    /// <summary>A request came again.</summary>
    public void Duplicate(string eventName) => _duplicates.Add(1, new KeyValuePair<string, object?>("event", eventName));
}
