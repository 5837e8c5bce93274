using System.Collections.Concurrent;
using System.Text;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>Sandboxes that wait, each for one run. A taken one is replaced in the background.</summary>
internal sealed class WarmPool : IAsyncDisposable
{
    private readonly NativeMembers _members;
    private readonly SandboxOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SandboxLimits _limits;
    private readonly ConcurrentDictionary<string, Shelf> _shelves = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();
    private readonly ITimer _age;

    public WarmPool(NativeMembers members, SandboxOptions options, TimeProvider time, ILogger logger)
    {
        _members = members;
        _options = options;
        _time = time;
        _logger = logger;
        _limits = new SandboxLimits
        {
            MemoryBytes = 256L << 20,
            Cpu = 1,
            WallTime = TimeSpan.FromSeconds(options.WarmIdleSeconds),
            Processes = 64,
            OutputBytes = 0,
            ScratchBytes = (long)options.WarmScratchMb << 20,
        };
        var idle = TimeSpan.FromSeconds(options.WarmIdleSeconds);
        _age = time.CreateTimer(_ => ReplaceOld(), null, idle, idle / 4);
    }

    /// <summary>Sandboxes that wait now.</summary>
    public int Count => _shelves.Values.Sum(shelf => shelf.Waiting.Count);

    /// <summary>Keeps sandboxes for these programs from now on.</summary>
    public void Keep(IReadOnlyList<SandboxProgram> programs)
    {
        if (_options.WarmMembers == 0)
        {
            return;
        }

        foreach (var program in programs)
        {
            var shelf = _shelves.GetOrAdd(Key(program), _ => new Shelf(program));
            Refill(shelf);
        }
    }

    /// <summary>Takes a waiting sandbox for the program; null when there is none.</summary>
    public NativeMember? TryTake(SandboxProgram program, long scratchBytes)
    {
        if (scratchBytes != _limits.ScratchBytes || !_shelves.TryGetValue(Key(program), out var shelf))
        {
            return null;
        }

        try
        {
            while (shelf.Waiting.TryDequeue(out var waiting))
            {
                if (!waiting.Member.Ended.IsCompleted)
                {
                    return waiting.Member;
                }

                _ = DiscardAsync(waiting.Member);
            }

            return null;
        }
        finally
        {
            Refill(shelf);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _age.DisposeAsync();
        foreach (var shelf in _shelves.Values)
        {
            await shelf.Filling.WaitAsync();
            while (shelf.Waiting.TryDequeue(out var waiting))
            {
                await DiscardAsync(waiting.Member);
            }

            shelf.Filling.Dispose();
        }

        _closing.Dispose();
    }

    /// <summary>Programs that can share a waiting sandbox have one key. A waiting shell can become any command.</summary>
    private static string Key(SandboxProgram program)
    {
        var key = new StringBuilder(program.Prestart ? "started" : "shell");
        Append(program.ReadOnlyFolders);
        if (program.Prestart)
        {
            Append(program.Environment);
            key.Append("\0\0").AppendJoin('\0', program.Command);
        }

        return key.ToString();

        void Append(IReadOnlyDictionary<string, string> pairs)
        {
            key.Append("\0\0");
            foreach (var (name, value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                key.Append(name).Append('\0').Append(value).Append('\0');
            }
        }
    }

    private void Refill(Shelf shelf) => _ = Task.Run(() => RefillAsync(shelf));

    private async Task RefillAsync(Shelf shelf)
    {
        // One at a time per shelf; a second wish to fill it waits and finds it full.
        try
        {
            await shelf.Filling.WaitAsync(_closing.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            return;
        }

        try
        {
            while (shelf.Waiting.Count < _options.WarmMembers && !_closing.IsCancellationRequested)
            {
                shelf.Waiting.Enqueue((await _members.StartAsync(shelf.Program, _limits), _time.GetTimestamp()));
            }
        }
        catch (Exception error) when (error is SandboxUnavailableException or SandboxFailedException)
        {
            // The next run starts cold and reports it.
            Log.WarmFailed(_logger, error);
        }
        finally
        {
            shelf.Filling.Release();
        }
    }

    private void ReplaceOld()
    {
        foreach (var shelf in _shelves.Values)
        {
            while (shelf.Waiting.TryPeek(out var oldest)
                && _time.GetElapsedTime(oldest.Since).TotalSeconds >= _options.WarmIdleSeconds
                && shelf.Waiting.TryDequeue(out var old))
            {
                _ = DiscardAsync(old.Member);
            }

            Refill(shelf);
        }
    }

    private async Task DiscardAsync(NativeMember member)
    {
        try
        {
            await member.DisposeAsync();
        }
        catch (SandboxFailedException error)
        {
            Log.DiscardFailed(_logger, error, member.Group.Name);
        }
    }

    private sealed class Shelf(SandboxProgram program)
    {
        public SandboxProgram Program { get; } = program;

        public ConcurrentQueue<(NativeMember Member, long Since)> Waiting { get; } = new();

        public SemaphoreSlim Filling { get; } = new(1);
    }
}
