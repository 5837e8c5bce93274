using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Capns.Bench.Wire;
using Capns.Bench.Workers;
using Capns.Testing;

namespace Capns.Bench.Chaos;

/// <summary>Load on one side, faults on the other, a history of what the broker handed out, and a verdict.</summary>
internal sealed class ChaosRun(ChaosOptions options, Servers servers, string state)
{
    private readonly Random _random = new(options.Seed);
    private readonly HistoryChecker _history = new();
    private readonly ConcurrentDictionary<Guid, bool> _idempotent = new();
    private readonly List<WorkerProcess> _registries = [];
    private readonly List<WorkerProcess> _runners = [];
    private readonly ConcurrentQueue<(long At, bool Up)> _runnerMoments = new();
    private int _published;

    /// <returns>True when nothing was lost and nothing ended twice.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await StartWorkersAsync(cancellationToken);
        await using var recorder = new EventRecorder(servers.Broker, "bench-chaos", durable: true, _history.Seen);
        await recorder.StartAsync();

        var load = LoadAsync(cancellationToken);
        using var supervision = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var supervisor = SuperviseAsync(supervision.Token);
        await FaultsAsync(load, cancellationToken);
        await load;
        var settled = await SettleAsync(cancellationToken);
        await supervision.CancelAsync();
        await supervisor;
        var verdict = Print(settled);
        foreach (var worker in _registries.Concat(_runners))
        {
            await worker.DisposeAsync();
        }

        return verdict;
    }

    private async Task StartWorkersAsync(CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(servers.Environment, StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["TOOL_DEFINITIONS"] = Path.Combine(options.Root, "bench", "tools"),
            ["RUNNER_POOLS"] = "default",
            ["SANDBOX_DRIVER"] = "native",
            ["MAX_CONCURRENT_EXECUTIONS"] = "16",
            ["LOG_LEVEL"] = "warn",
        };
        for (var number = 1; number <= options.Registries; number++)
        {
            _registries.Add(WorkerProcess.Create(options.Root, "release", "Registry", number, state, environment));
        }

        for (var number = 1; number <= options.Runners; number++)
        {
            _runners.Add(WorkerProcess.Create(options.Root, "release", "Runner", number, state, environment));
        }

        foreach (var worker in _registries.Concat(_runners))
        {
            worker.Start();
            await worker.ReadyAsync(cancellationToken);
        }

        Say($"{_registries.Count} registries and {_runners.Count} runners are ready.");
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        await using var publisher = new RequestPublisher(servers.Broker);
        var choices = new Random(options.Seed + 1);
        var work = new Queue<(bool Idempotent, double Seconds, int Number)>(Enumerable.Range(0, options.Executions)
            .Select(number => (choices.NextDouble() < 0.7, Math.Round(0.02 + (choices.NextDouble() * 0.4), 3), number)));
        while (work.TryDequeue(out var next))
        {
            // Never much more outstanding than the faults take: the load lasts as long as they do.
            while (_history.AcceptedCount - _history.Finished > 60 || ShouldWaitForFaults())
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
            }

            var id = Guid.CreateVersion7();
            _idempotent[id] = next.Idempotent;
            await publisher.PublishAsync(
                id,
                next.Idempotent ? "chaos-idempotent" : "chaos-once",
                new { number = next.Number, seconds = next.Seconds },
                cancellationToken);
            _history.Accepted(id);
            Interlocked.Increment(ref _published);
        }
    }

    private int _faultsDone;
    private int _faultsAll = 1;

    /// <summary>Spreads the executions over the faults, so that the last fault still meets load.</summary>
    private bool ShouldWaitForFaults() =>
        Volatile.Read(ref _published) > options.Executions * (Volatile.Read(ref _faultsDone) + 2.0) / _faultsAll;

    private async Task FaultsAsync(Task load, CancellationToken cancellationToken)
    {
        var faults = Schedule();
        _faultsAll = Math.Max(1, faults.Count);
        foreach (var fault in faults)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100 + _random.Next(900)), cancellationToken);
            await fault(cancellationToken);
            Interlocked.Increment(ref _faultsDone);
        }

        Say($"All {faults.Count} faults are done; {_history.Finished} of {_history.AcceptedCount} accepted executions have ended so far.");
        await load;
    }

    private List<Func<CancellationToken, Task>> Schedule()
    {
        var faults = new List<Func<CancellationToken, Task>>();
        faults.AddRange(Enumerable.Range(0, options.RegistryKills).Select(number => Fault(_registries[number % _registries.Count], isRunner: false)));
        faults.AddRange(Enumerable.Range(0, options.RunnerKills).Select(number => Fault(_runners[number % _runners.Count], isRunner: true)));
        faults.AddRange(Enumerable.Range(0, options.RabbitMqRestarts).Select(_ => Restart("rabbitmq")));
        faults.AddRange(Enumerable.Range(0, options.PostgreSqlRestarts).Select(_ => Restart("postgresql")));
        faults.AddRange(Enumerable.Range(0, options.RedisRestarts).Select(_ => Restart("redis")));
        if (!options.Rolling)
        {
            _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(faults));
        }

        return faults;
    }

    private Func<CancellationToken, Task> Fault(WorkerProcess worker, bool isRunner) => async cancellationToken =>
    {
        // One that is still coming up after its last kill is let up first: a kill of nothing is no fault.
        await worker.ReadyAsync(cancellationToken);
        Say(options.Rolling ? $"restart {worker.Name}" : $"kill -9 {worker.Name}");
        if (isRunner)
        {
            _runnerMoments.Enqueue((Stopwatch.GetTimestamp(), false));
        }

        if (options.Rolling)
        {
            await worker.TerminateAsync(cancellationToken);
        }
        else
        {
            await worker.KillAsync();
        }

        worker.Start();
        if (options.Rolling || isRunner)
        {
            await worker.ReadyAsync(cancellationToken);
        }

        if (isRunner)
        {
            _runnerMoments.Enqueue((Stopwatch.GetTimestamp(), true));
        }
    };

    private Func<CancellationToken, Task> Restart(string server) => async cancellationToken =>
    {
        Say($"restart {server}");
        await servers.RestartAsync(server);
    };

    /// <summary>A worker that ends by itself (it may, when its connection is beyond repair) is started again, as a supervisor would.</summary>
    private async Task SuperviseAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var worker in _registries.Concat(_runners).Where(worker => !worker.Running && !cancellationToken.IsCancellationRequested))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None);
                if (!worker.Running)
                {
                    Say($"{worker.Name} had ended; started again.");
                    worker.Start();
                }
            }
        }
    }

    private async Task<TimeSpan> SettleAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (_history.Finished < _history.AcceptedCount && clock.Elapsed < options.SettleWithin)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }

        // Whatever ends twice must have the time to do so.
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        return clock.Elapsed;
    }

    private bool Print(TimeSpan settled)
    {
        var report = _history.Report(_idempotent);
        var rerun = RerunDelays();
        var lines = new[]
        {
            $"accepted                        {report.Accepted}",
            $"completed                       {report.Completed}",
            $"failed                          {report.Failed}   {string.Join(", ", report.FailuresByCode.Select(pair => $"{pair.Key} {pair.Value}"))}",
            $"cancelled                       {report.Cancelled}",
            $"lost                            {report.Lost.Count}   {string.Join(' ', report.Lost.Take(5))}",
            $"ended twice                     {report.EndedTwice.Count}   {string.Join(' ', report.EndedTwice.Take(5))}",
            $"not idempotent, run again       {report.NotIdempotentRunAgain}",
            $"never asked for                 {report.UnaskedFor}",
            $"sequence used twice             {report.SequenceDisorders}",
            $"same event delivered again      {report.RepeatedDeliveries}",
            $"settled after the last request  {settled.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)} s",
            $"killed work run again           {rerun.Count} times, p50 {Quantile(rerun, 0.5)}, max {Quantile(rerun, 1)} after a runner was there",
        };
        Console.WriteLine();
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }

        return report.Clean;
    }

    /// <summary>Seconds from the later of the kill and a runner being ready to the next attempt's start, for each repeated attempt.</summary>
    private List<double> RerunDelays()
    {
        var kills = _runnerMoments.Where(moment => !moment.Up).Select(moment => moment.At).ToList();
        var delays = new List<double>();
        foreach (var id in _idempotent.Keys)
        {
            var starts = _history.EventsOf(id).Where(record => record.Type == "tool.execution.started").OrderBy(record => record.Attempt).ToList();
            for (var index = 1; index < starts.Count; index++)
            {
                var kill = kills.Where(at => at > starts[index - 1].ReceivedAt && at < starts[index].ReceivedAt).Select(at => (long?)at).LastOrDefault();
                if (kill is { } at)
                {
                    // With several runners one is there all the time; with one, it must come back first.
                    var there = options.Runners > 1 ? at : _runnerMoments.Where(moment => moment.Up && moment.At > at).Select(moment => moment.At).First();
                    delays.Add(Math.Max(0, Stopwatch.GetElapsedTime(there, starts[index].ReceivedAt).TotalSeconds));
                }
            }
        }

        delays.Sort();
        return delays;
    }

    private static string Quantile(List<double> sorted, double share) =>
        sorted.Count == 0 ? "-" : $"{sorted[(int)Math.Ceiling((sorted.Count - 1) * share)].ToString("F2", CultureInfo.InvariantCulture)} s";

    private static void Say(string text) => Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss.fff}  {text}");
}
