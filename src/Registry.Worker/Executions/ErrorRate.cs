using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions;

/// <summary>Share of failed executions over the last 5 minutes, in steps of 10 s (platform spec 10.3). Thread-safe.</summary>
internal sealed class ErrorRate(TimeProvider time)
{
    private const int Steps = 30;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly (long Number, long Failed, long All)[] _steps = new (long, long, long)[Steps];

    /// <summary>An execution ended; only completed and failed ones count.</summary>
    public void Ended(ExecutionState state)
    {
        if (state is not (ExecutionState.Completed or ExecutionState.Failed))
        {
            return;
        }

        lock (_lock)
        {
            var number = Now();
            ref var step = ref _steps[number % Steps];
            step = step.Number == number ? step : (number, 0, 0);
            step.All++;
            step.Failed += state == ExecutionState.Failed ? 1 : 0;
        }
    }

    /// <summary>0 to 1; 0 when nothing ended.</summary>
    public double Rate()
    {
        lock (_lock)
        {
            var oldest = Now() - Steps;
            var (failed, all) = (0L, 0L);
            foreach (var step in _steps.Where(step => step.Number > oldest))
            {
                failed += step.Failed;
                all += step.All;
            }

            return all == 0 ? 0 : (double)failed / all;
        }
    }

    private long Now() => time.GetUtcNow().UtcTicks / Step.Ticks;
}
