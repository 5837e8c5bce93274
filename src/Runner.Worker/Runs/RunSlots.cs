using Capns.Contracts;

namespace Capns.Runner.Worker.Runs;

/// <summary>The places of a runner, shared by its queues: <c>high</c> may use all, <c>normal</c> 60 %, <c>low</c> 20 % (platform spec 5.8).</summary>
/// <remarks>Whoever waits with the higher priority goes first, then whoever waits longest. Thread-safe.</remarks>
internal sealed class RunSlots
{
    private readonly Lock _gate = new();
    private readonly Lane[] _lanes;
    private int _used;

    /// <param name="total">1 and up.</param>
    public RunSlots(int total)
    {
        Total = total;
        _lanes = [new Lane(Share(total, Priority.High)), new Lane(Share(total, Priority.Normal)), new Lane(Share(total, Priority.Low))];
    }

    /// <summary>All places.</summary>
    public int Total { get; }

    /// <summary>Places in use.</summary>
    public int Used
    {
        get
        {
            lock (_gate)
            {
                return _used;
            }
        }
    }

    /// <summary>The most places that runs of a priority may use at one time; at least one.</summary>
    public static int Share(int total, Priority priority) => priority switch
    {
        Priority.High => total,
        Priority.Normal => Math.Max(1, total * 60 / 100),
        Priority.Low => Math.Max(1, total * 20 / 100),
        _ => throw new ArgumentOutOfRangeException(nameof(priority), priority, "Must be low, normal or high."),
    };

    /// <summary>Takes a place, waiting for one if need be.</summary>
    /// <returns>Gives the place back when disposed; disposing again does nothing.</returns>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public async Task<IDisposable> TakeAsync(Priority priority, CancellationToken cancellationToken)
    {
        var lane = _lanes[LaneOf(priority)];
        var place = new TaskCompletionSource<IDisposable>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            lane.Waiting.AddLast(place);
            Grant();
        }

        using var registration = cancellationToken.Register(() => place.TrySetCanceled(cancellationToken));
        try
        {
            return await place.Task;
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                lane.Waiting.Remove(place);
            }

            throw;
        }
    }

    private static int LaneOf(Priority priority) => priority switch
    {
        Priority.High => 0,
        Priority.Normal => 1,
        Priority.Low => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(priority), priority, "Must be low, normal or high."),
    };

    private void Grant()
    {
        foreach (var lane in _lanes)
        {
            while (_used < Total && lane.Used < lane.Share && lane.Waiting.First is { } first)
            {
                lane.Waiting.RemoveFirst();
                if (first.Value.TrySetResult(new Place(this, lane)))
                {
                    lane.Used++;
                    _used++;
                }
            }
        }
    }

    private void GiveBack(Lane lane)
    {
        lock (_gate)
        {
            lane.Used--;
            _used--;
            Grant();
        }
    }

    private sealed class Lane(int share)
    {
        public int Share { get; } = share;

        public int Used { get; set; }

        public LinkedList<TaskCompletionSource<IDisposable>> Waiting { get; } = [];
    }

    private sealed class Place(RunSlots slots, Lane lane) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0)
            {
                slots.GiveBack(lane);
            }
        }
    }
}
