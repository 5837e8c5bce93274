using System.Threading.Channels;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Sandboxing.Containers.Warm;

/// <summary>Keeps started containers waiting, each for one run, and makes new ones in the background.</summary>
/// <remarks>
/// Programs named in <see cref="Keep"/> only. Containers are made with the default limits first, then with those of the last
/// run; a run with others has them changed. The scratch disk cannot be: containers are kept for the
/// <see cref="ScratchSizes"/> sizes used last.
/// </remarks>
internal sealed class WarmContainers(
    ContainerLauncher launcher, SandboxOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Sizes of scratch disk kept for each program.</summary>
    public const int ScratchSizes = 3;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<WarmShelf> _shelves = [];
    private readonly HashSet<string> _settings = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _closing = new();
    private Task? _filling;

    /// <summary>Starts filling for these programs; later calls do nothing.</summary>
    public void Keep(IReadOnlyList<SandboxProgram> programs, SandboxLimits limits)
    {
        lock (_lock)
        {
            if (_filling is not null || options.WarmMembers == 0)
            {
                return;
            }

            foreach (var program in programs.Where(program => _settings.Add(WarmKey.SettingOf(program))))
            {
                _shelves.Add(new WarmShelf(program, limits));
            }

            _filling = Task.Run(() => FillAsync(_closing.Token));
        }
    }

    /// <summary>Takes a waiting container and gives it the run's limits; null when there is none, or the program is not kept warm.</summary>
    public async Task<Container?> TakeAsync(SandboxProgram program, SandboxLimits limits)
    {
        if (Take(program, limits) is not { } container)
        {
            return null;
        }

        try
        {
            await container.LimitAsync(limits);
            return container;
        }
        catch (Exception failure) when (failure is SandboxUnavailableException or EngineRefusedException or EngineUnreachableException)
        {
            // A limit below what the waiting program uses already, say. A start from nothing says what is really wrong.
            Log.WarmContainerNotUsed(logger, container.ShortId, failure.Message);
            await RemoveAsync(container);
            return null;
        }
    }

    private Container? Take(SandboxProgram program, SandboxLimits limits)
    {
        if (!program.Prestart && program.Command.Count > 0 && !WarmOrder.CanSay(program.Command))
        {
            return null;
        }

        var key = WarmKey.Of(program, limits);
        lock (_lock)
        {
            if (_filling is null || !_settings.Contains(key.Setting))
            {
                return null;
            }

            var shelf = _shelves.Find(shelf => shelf.Key == key);
            if (shelf is null)
            {
                _shelves.Add(shelf = new WarmShelf(program, limits));
            }

            shelf.Limits = limits;
            shelf.LastUsed = time.GetTimestamp();
            _wake.Writer.TryWrite(true);
            return shelf.Take();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _wake.Writer.TryComplete();
        if (_filling is not null)
        {
            await _filling;
        }

        await Task.WhenAll(_shelves.SelectMany(shelf => shelf.Clear()).Select(RemoveAsync));
        _closing.Dispose();
    }

    private async Task FillAsync(CancellationToken closing)
    {
        while (!closing.IsCancellationRequested)
        {
            var (spare, next) = Survey();
            await Task.WhenAll(spare.Select(RemoveAsync));
            if (next is null)
            {
                await RestAsync(Look, closing);
            }
            else if (!await AddAsync(next, closing))
            {
                await RestAsync(RestAfterFailure, closing);
            }
        }
    }

    /// <summary>Finds what is too old, dead or not wanted any more, and a shelf that wants a container.</summary>
    private (List<Container> Spare, WarmShelf? Next) Survey()
    {
        lock (_lock)
        {
            var spare = _shelves.SelectMany(shelf => shelf.Sort(TimeSpan.FromSeconds(options.WarmIdleSeconds), time)).ToList();
            foreach (var surplus in _shelves.GroupBy(shelf => shelf.Key.Setting)
                .SelectMany(shelves => shelves.OrderByDescending(shelf => shelf.LastUsed).Skip(ScratchSizes)).ToList())
            {
                spare.AddRange(surplus.Clear());
                _shelves.Remove(surplus);
            }

            return (spare, _shelves.Where(shelf => shelf.Count < options.WarmMembers).MinBy(shelf => shelf.Count));
        }
    }

    private async Task<bool> AddAsync(WarmShelf shelf, CancellationToken closing)
    {
        try
        {
            var command = shelf.Program.Prestart ? shelf.Program.Command : WarmOrder.Waiter;
            var container = await launcher.LaunchAsync(
                "warm", shelf.Program, new Dictionary<string, string>(), command, shelf.Limits, closing);
            lock (_lock)
            {
                shelf.Add(container, time.GetTimestamp());
            }

            return true;
        }
        catch (Exception failure) when (failure is SandboxUnavailableException or SandboxFailedException)
        {
            Log.WarmContainerNotMade(logger, failure.Message);
            return false;
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            return true;
        }
    }

    private async Task RestAsync(TimeSpan longest, CancellationToken closing)
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(closing);
        await Task.WhenAny(_wake.Reader.ReadAsync(rest.Token).AsTask(), Task.Delay(longest, time, rest.Token));
        await rest.CancelAsync();
    }

    private async Task RemoveAsync(Container container)
    {
        try
        {
            await container.RemoveAsync();
        }
        catch (SandboxFailedException failure)
        {
            // It carries our label: the next start's reaping removes it.
            Log.ContainerNotRemoved(logger, container.ShortId, failure.Message);
        }
    }
}
