using Microsoft.Extensions.Logging;

namespace Capns.Hosting.Health;

/// <summary>Measures the parts, each at most once a second, so that no value shown is older than 5 s (platform spec 10.2). Thread-safe.</summary>
public sealed class HealthReader
{
    /// <summary>A value up to this age is shown again.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    /// <summary>A part that has said nothing by then is away.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly ILogger<HealthReader> _logger;
    private readonly Measured[] _parts;

    public HealthReader(IEnumerable<IHealthPart> parts, TimeProvider time, ILogger<HealthReader> logger)
    {
        _time = time;
        _logger = logger;
        _parts = [.. parts.Select(part => new Measured(part))];
    }

    /// <summary>All parts with a value of each, at most 5 s old.</summary>
    public async Task<HealthSnapshot> ReadAsync() =>
        new([.. await Task.WhenAll(_parts.Select(ReadAsync))]);

    private async Task<PartHealth> ReadAsync(Measured measured)
    {
        Task<PartReport> task;
        lock (measured)
        {
            if (measured.Task is null || (measured.Task.IsCompleted && _time.GetElapsedTime(measured.Started) > Freshness))
            {
                measured.Started = _time.GetTimestamp();
                measured.Task = MeasureAsync(measured);
            }

            task = measured.Task;
        }

        return new PartHealth(measured.Part, await task);
    }

    private async Task<PartReport> MeasureAsync(Measured measured)
    {
        var part = measured.Part;
        PartReport report;
        try
        {
            using var limit = new CancellationTokenSource(Patience, _time);
            report = await part.MeasureAsync(limit.Token).WaitAsync(Patience, _time);
        }
#pragma warning disable CA1031 // Whatever a part throws, it is away; health is how one finds out.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            report = PartReport.Disconnected;
            if (measured.Last != PartState.Away)
            {
                Log.PartAway(_logger, part.Name, exception.Message);
            }
        }

        if (measured.Last == PartState.Away && report.State == PartState.Up)
        {
            Log.PartBack(_logger, part.Name);
        }

        measured.Last = report.State;
        return report;
    }

    private sealed class Measured(IHealthPart part)
    {
        public IHealthPart Part { get; } = part;

        public Task<PartReport>? Task { get; set; }

        public long Started { get; set; }

        public PartState Last { get; set; }
    }
}
