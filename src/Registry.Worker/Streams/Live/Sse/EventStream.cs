using System.Text;
using Capns.Access;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams.Live.Clients;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Capns.Registry.Worker.Streams.Live.Logins;
using Capns.Registry.Worker.Streams.Live.Rooms;

namespace Capns.Registry.Worker.Streams.Live.Sse;

/// <summary>One listener of one execution over HTTP: its buffer, its heartbeats, its end after the final event.</summary>
internal sealed class EventStream : IReplayListener, IWatcher
{
    private const int Batch = 64;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two looks at whether the client is too slow or its token has ended.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private static readonly byte[] Heartbeat = ": heartbeat\n\n"u8.ToArray();

    private readonly ExecutionFeed _feed;
    private readonly EventShape _shape;
    private readonly StreamOptions _options;
    private readonly TimeProvider _time;
    private readonly LiveMetrics _metrics;
    private readonly ClientBuffer _buffer;
    private readonly EventStreamLogin _login;
    private volatile bool _heardEnd;
    private volatile bool _isOver;
    private int _last;

    public EventStream(ExecutionFeed feed, EventShape shape, EventStreamLogin login, StreamOptions options, TimeProvider time, LiveMetrics metrics)
    {
        (_feed, _shape, _login, _options, _time, _metrics) = (feed, shape, login, options, time, metrics);
        _buffer = new ClientBuffer(options.BufferSize, time);
    }

    /// <inheritdoc/>
    public string? Credential => _login.Credential;

    /// <inheritdoc/>
    public IReadOnlyCollection<RoomName> Rooms => [RoomName.OfExecution(_feed.ExecutionId)];

    /// <summary>True when the client was too slow or has lost its login or its right; it need not be waited for.</summary>
    public bool IsOver => _isOver;

    /// <inheritdoc/>
    /// <remarks>One that sees more or less now comes again with its last id, and gets what it may see then.</remarks>
    public ValueTask StandAsync(string credential, Caller caller, IReadOnlyDictionary<RoomName, RoomAnswer> answers)
    {
        _isOver |= answers.TryGetValue(Rooms.Single(), out var answer) && ShapeOf(answer) != _shape;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Fall(string credential) => _isOver = true;

    /// <summary>How events look by the answer of the rules; null: they are not to be seen.</summary>
    public static EventShape? ShapeOf(RoomAnswer answer) => answer switch
    {
        RoomAnswer.InFull => EventShape.Stream,
        RoomAnswer.AsMember => EventShape.StreamOfMember,
        _ => null,
    };

    /// <summary>Writes until the final event is out, the client is gone or too slow, its login or right ends, or the instance stops.</summary>
    public async Task RunAsync(Stream body, int from, IStoredEvents stored, CancellationToken stopping, CancellationToken gone)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping, gone);
        var replay = ReplayAsync(from, stored, over.Token);
        var looking = LookAsync(over);
        try
        {
            await WriteAsync(body, replay, over.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Nobody listens any more, or the instance stops: the client comes again with its last id.
        }
        finally
        {
            await over.CancelAsync();
            await replay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _feed.Leave(this);
        }
    }

    public void Hear(LiveEvent happened)
    {
        if (happened.Sequence > 0)
        {
            _last = happened.Sequence;
            _buffer.Add(happened, _shape);
            if (happened.IsFinal)
            {
                _heardEnd = true;
                _buffer.Wake();
            }
        }
    }

    public ValueTask RoomAsync(CancellationToken cancellationToken) => _buffer.RoomAsync(cancellationToken);

    private async Task ReplayAsync(int from, IStoredEvents stored, CancellationToken cancellationToken)
    {
        try
        {
            while (!await TryReplayAsync(Math.Max(from, _last + 1), stored, cancellationToken))
            {
                await Task.Delay(Pause, _time, cancellationToken);
            }

            // Asked from beyond the end: nothing comes.
            _heardEnd |= _feed.HasEnded;
        }
        finally
        {
            _buffer.Wake();
        }
    }

    /// <summary>False: PostgreSQL is away, and what came so far stands.</summary>
    private async Task<bool> TryReplayAsync(int from, IStoredEvents stored, CancellationToken cancellationToken)
    {
        try
        {
            await FeedReplay.RunAsync(_feed, this, from, stored, _time, cancellationToken);
            return true;
        }
        catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
        {
            return false;
        }
    }

    private async Task WriteAsync(Stream body, Task replay, CancellationToken cancellationToken)
    {
        var items = new List<BufferedItem>(Batch);
        while (true)
        {
            if (replay.IsFaulted)
            {
                await replay;
            }

            var ending = _heardEnd;
            items.Clear();
            if (_buffer.Take(items, Batch) is > 0 and var merged)
            {
                _metrics.Dropped(merged);
                await body.WriteAsync(Encoding.ASCII.GetBytes($": lagged {merged}\n\n"), cancellationToken);
            }

            foreach (var item in items)
            {
                await body.WriteAsync(item.ToBytes(), cancellationToken);
            }

            await body.FlushAsync(cancellationToken);
            _metrics.Sent(items);
            if (items.Count == 0 && ending)
            {
                return;
            }

            if (items.Count == 0 && !await WaitAsync(cancellationToken))
            {
                await body.WriteAsync(Heartbeat, cancellationToken);
            }
        }
    }

    /// <summary>A write to somebody who does not read may wait for minutes: it is ended from outside.</summary>
    private async Task LookAsync(CancellationTokenSource over)
    {
        using var timer = new PeriodicTimer(LookInterval, _time);
        while (await timer.WaitForNextTickAsync(over.Token))
        {
            var now = _time.GetUtcNow();
            if (_isOver |= _buffer.IsOverrun || now - _buffer.FullSince >= StreamOptions.Patience || _login.ExpiresAt <= now)
            {
                await over.CancelAsync();
            }
        }
    }

    /// <summary>False: nothing came for the time of a heartbeat.</summary>
    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.Heartbeat, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _buffer.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <summary>By what a stream was opened.</summary>
/// <param name="Credential">Stays in memory.</param>
/// <param name="ExpiresAt">When it ends; null: it does not.</param>
internal readonly record struct EventStreamLogin(string? Credential, DateTimeOffset? ExpiresAt);
