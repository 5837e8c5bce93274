using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>One run in a started container: feeds stdin, passes output on, and ends it when a limit or a person says so.</summary>
internal sealed class ContainerRun(Container container, SandboxSpec spec, ISandboxOutput output, TimeProvider time)
{
    /// <summary>128 + SIGKILL.</summary>
    private const int KilledCode = 137;

    private static readonly TimeSpan MemoryWord = TimeSpan.FromMilliseconds(500);

    private const int PieceSize = 32 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _flooded = NewSignal();
    private readonly TaskCompletionSource _refused = NewSignal();
    private SandboxOutcome _ended;
    private Exception? _refusal;
    private long _kills;

    /// <summary>Runs to the end.</summary>
    /// <param name="order">Bytes before the program's stdin: what a waiting container is to run. May be empty.</param>
    /// <param name="warm">True when the container waited for this run.</param>
    /// <param name="stop">SIGTERM, then after a grace all is killed.</param>
    /// <param name="kill">All is killed at once.</param>
    /// <returns>Before the container is removed.</returns>
    /// <exception cref="SandboxFailedException">The engine was lost.</exception>
    public async Task<SandboxResult> FinishAsync(ReadOnlyMemory<byte> order, bool warm, CancellationToken stop, CancellationToken kill)
    {
        var began = time.GetTimestamp();
        var beganAt = time.GetUtcNow();
        var cpuBefore = warm ? container.ReadCpuTime() : TimeSpan.Zero;
        using var over = new CancellationTokenSource();
        var pump = PumpAsync(over.Token);
        var feed = FeedAsync(order, over.Token);
        var watch = WatchAsync(stop, kill, over.Token);
        try
        {
            var code = await EndAsync(pump, watch);
            var wall = time.GetElapsedTime(began);
            await DrainAsync(pump);
            await HearOfMemoryAsync(code);
            var end = await container.InspectAsync();
            return _refusal is null ? Describe(code, end.State, warm, beganAt, wall, cpuBefore) : throw _refusal;
        }
        catch (Exception lost) when (
            lost is EngineUnreachableException or EngineRefusedException or IOException or InvalidDataException or TimeoutException)
        {
            throw new SandboxFailedException($"The container engine was lost during the run: {lost.Message}", lost);
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(feed, pump, watch).ContinueWith(static tasks => tasks.Exception, TaskScheduler.Default);
        }
    }

    private async Task<int> EndAsync(Task pump, Task watch)
    {
        var first = await Task.WhenAny(container.Exit, watch, pump);
        if (first == pump)
        {
            // A broken connection faults here; a program that merely closed its outputs goes on.
            await pump;
            await Task.WhenAny(container.Exit, watch);
        }

        // The watcher ends first when it has killed the container, or could not.
        return container.Exit.IsCompleted ? await container.Exit : await KilledAsync(watch);
    }

    private async Task<int> KilledAsync(Task watch)
    {
        await watch;
        return await container.Exit.WaitAsync(Patience, time);
    }

    /// <summary>The container has ended: what it wrote is on its way, and its end follows.</summary>
    private Task DrainAsync(Task pump) => pump.WaitAsync(Patience, time);

    /// <summary>
    /// The engine may tell of the end before it tells what the kernel did: a program that was killed by nobody of ours gets
    /// the time for that word to come.
    /// </summary>
    private async Task HearOfMemoryAsync(int code)
    {
        if (code == KilledCode && _ended == SandboxOutcome.Unknown && _kills == 0)
        {
            await Task.WhenAny(container.OutOfMemory, Task.Delay(MemoryWord, time));
        }
    }

    private SandboxResult Describe(
        int code, ContainerState end, bool warm, DateTimeOffset beganAt, TimeSpan wall, TimeSpan cpuBefore)
    {
        // Exit code 128 + n says that signal n ended the program; 255 and its like are codes of programs' own.
        int? signal = code is > 128 and <= 128 + 64 ? code - 128 : null;
        var outcome = _ended != SandboxOutcome.Unknown ? _ended
            : end.OOMKilled || _kills > 0 || container.OutOfMemory.IsCompleted ? SandboxOutcome.OutOfMemory
            : signal is null ? SandboxOutcome.Exited
            : SandboxOutcome.Signaled;
        // By the engine's clock: our own would count the engine's tidying up. A clock that differs is bounded by ours.
        var since = warm || end.StartedAt < beganAt ? beganAt : end.StartedAt;
        var duration = end.FinishedAt - since;
        return new SandboxResult
        {
            Outcome = outcome,
            ExitCode = outcome == SandboxOutcome.Exited ? code : null,
            Signal = outcome == SandboxOutcome.Signaled ? signal : null,
            Driver = ContainerSandbox.DriverName,
            SandboxId = container.ShortId,
            Warm = warm,
            Duration = duration > TimeSpan.Zero && duration < wall ? duration : wall,
            CpuTime = container.ReadCpuTime() - cpuBefore is var cpu && cpu > TimeSpan.Zero ? cpu : TimeSpan.Zero,
            PeakMemoryBytes = container.ReadPeakMemory(),
        };
    }

    private async Task FeedAsync(ReadOnlyMemory<byte> order, CancellationToken over)
    {
        try
        {
            if (!order.IsEmpty)
            {
                await container.Stream.WriteAsync(order, over);
            }

            if (!spec.Stdin.IsEmpty)
            {
                await container.Stream.WriteAsync(spec.Stdin, over);
            }
        }
        catch (IOException)
        {
            // The program ended, or closed its stdin, without reading all: its right.
        }

        container.Stream.EndInput();
    }

    private async Task PumpAsync(CancellationToken over)
    {
        var buffer = new byte[PieceSize];
        var left = spec.Limits.OutputBytes;
        while (true)
        {
            var (stream, count) = await container.Stream.Output.ReadAsync(buffer, over);
            if (count == 0)
            {
                break;
            }

            // The reading goes on whatever happens: an engine that cannot pass its output on does not see the end.
            var wanted = (int)Math.Min(count, left);
            left -= wanted;
            if (wanted < count)
            {
                _flooded.TrySetResult();
            }

            if (wanted > 0 && _refusal is null)
            {
                await PassOnAsync(stream, buffer.AsMemory(0, wanted));
            }
        }

        _kills = container.Group?.ReadMemoryKills(container.Id) ?? 0;
    }

    private async ValueTask PassOnAsync(OutputStream stream, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await (stream == OutputStream.Stdout ? output.StdoutAsync(bytes) : output.StderrAsync(bytes));
        }
#pragma warning disable CA1031 // Whatever the receiver throws ends the run and is thrown on after its end.
        catch (Exception refusal)
#pragma warning restore CA1031
        {
            _refusal = refusal;
            _refused.TrySetResult();
        }
    }

    /// <summary>Waits for the first reason to end the run, and ends it.</summary>
    private async Task WatchAsync(CancellationToken stop, CancellationToken kill, CancellationToken over)
    {
        using var race = CancellationTokenSource.CreateLinkedTokenSource(over);
        var (stopped, killed, quiet) = (NewSignal(), NewSignal(), NewSignal());
        using var onStop = stop.Register(() => stopped.TrySetResult());
        using var onKill = kill.Register(() => killed.TrySetResult());
        using var onOver = over.Register(() => quiet.TrySetResult());
        var ended = Task.WhenAny(container.Exit, quiet.Task);
        var timeUp = Task.Delay(spec.Limits.WallTime, time, race.Token);
        var first = await Task.WhenAny(ended, container.OutOfMemory, _flooded.Task, _refused.Task, killed.Task, stopped.Task, timeUp);
        if (first == ended || over.IsCancellationRequested)
        {
            await race.CancelAsync();
            return;
        }

        _ended = first == container.OutOfMemory ? SandboxOutcome.OutOfMemory
            : first == timeUp ? SandboxOutcome.TimedOut
            : first == _flooded.Task ? SandboxOutcome.OutputTooLarge
            : SandboxOutcome.Stopped;
        if (first == stopped.Task)
        {
            await container.SignalAsync("TERM");
            await Task.WhenAny(ended, killed.Task, _flooded.Task, _refused.Task, Task.Delay(spec.StopGrace, time, race.Token));
        }

        await race.CancelAsync();
        if (!ended.IsCompleted)
        {
            await container.SignalAsync("KILL");
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
