using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Projection;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>Does so many writing statements and is then away, as a server that is killed, or a worker.</summary>
internal sealed class FailingExecutor(ICypherExecutor inner, int writes) : ICypherExecutor
{
    private int _left = writes;

    public string Store => inner.Store;

    public Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(CypherStatement statement, CancellationToken cancellationToken) =>
        _left < 0 ? throw new GraphAwayException("killed") : inner.ReadAsync(statement, cancellationToken);

    public async Task WriteAsync(IReadOnlyList<CypherStatement> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            if (--_left < 0)
            {
                throw new GraphAwayException("killed");
            }

            await inner.WriteAsync([statement], cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Stops before the first statement that writes tools or relations, until it is told to go on.</summary>
internal sealed class SlowExecutor(ICypherExecutor inner) : ICypherExecutor
{
    private readonly TaskCompletionSource _before = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Store => inner.Store;

    public Task BeforeTools => _before.Task.WaitAsync(Capns.Testing.Eventually.Default);

    public void GoOn() => _goOn.TrySetResult();

    public Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(CypherStatement statement, CancellationToken cancellationToken) =>
        inner.ReadAsync(statement, cancellationToken);

    public async Task WriteAsync(IReadOnlyList<CypherStatement> statements, CancellationToken cancellationToken)
    {
        if (statements.Any(statement => GraphTexts.Relations.Values.Contains(statement.Text, StringComparer.Ordinal)))
        {
            _before.TrySetResult();
            await _goOn.Task;
        }

        await inner.WriteAsync(statements, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Something happens after a statement was written.</summary>
internal sealed class HookedExecutor(ICypherExecutor inner, string after, Func<Task> happens) : ICypherExecutor
{
    public string Store => inner.Store;

    public Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(CypherStatement statement, CancellationToken cancellationToken) =>
        inner.ReadAsync(statement, cancellationToken);

    public async Task WriteAsync(IReadOnlyList<CypherStatement> statements, CancellationToken cancellationToken)
    {
        await inner.WriteAsync(statements, cancellationToken);
        if (statements.Any(statement => statement.Text == after))
        {
            await happens();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A server that can be away for a while.</summary>
internal sealed class SwitchedExecutor(ICypherExecutor inner) : ICypherExecutor
{
    public volatile bool IsAway;

    public string Store => inner.Store;

    public Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(CypherStatement statement, CancellationToken cancellationToken) =>
        IsAway ? throw new GraphAwayException("switched off") : inner.ReadAsync(statement, cancellationToken);

    public Task WriteAsync(IReadOnlyList<CypherStatement> statements, CancellationToken cancellationToken) =>
        IsAway ? throw new GraphAwayException("switched off") : inner.WriteAsync(statements, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Never answers, and takes no notice of being cancelled.</summary>
internal sealed class HangingExecutor : ICypherExecutor
{
    private int _asked;

    public int Asked => Volatile.Read(ref _asked);

    public string Store => "falkordb";

    public Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(CypherStatement statement, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        return new TaskCompletionSource<IReadOnlyList<IReadOnlyList<object?>>>().Task;
    }

    public Task WriteAsync(IReadOnlyList<CypherStatement> statements, CancellationToken cancellationToken) => new TaskCompletionSource().Task;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
