using System.Runtime.CompilerServices;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Runs Cypher over Bolt on a Neo4j server or cluster: pool, routing, bookmarks, repeated attempts. Thread-safe.</summary>
/// <remarks>
/// Attempts are repeated after transient errors, a change of leader, an expired login and lost connections. Never after a COMMIT, or
/// a write outside a transaction, whose answer was lost, unless the caller says that doing it twice does no harm.
/// </remarks>
internal sealed class BoltDriver : IAsyncDisposable
{
    private const string Echo = "it's a \\ \"test\" // `of` $x\n";

    private readonly BoltOptions _options;
    private readonly TimeProvider _time;
    private readonly BoltServers _servers;
    private readonly BoltRetry _retry;
    private readonly Lock _lock = new();
    private IReadOnlyList<string> _bookmarks = [];

    /// <summary>Opens nothing yet.</summary>
    /// <exception cref="ArgumentException">An option is out of bounds.</exception>
    public BoltDriver(BoltOptions options, TimeProvider? time = null, ILogger? logger = null)
    {
        if (options.Problems().FirstOrDefault() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        _options = options;
        _time = time ?? TimeProvider.System;
        _servers = new BoltServers(options, _time);
        _retry = new BoltRetry(_time, logger);
    }

    /// <summary>Runs one reading query and collects its rows.</summary>
    /// <exception cref="BoltException">Trying again did not help within <see cref="BoltOptions.ReadRetryTime"/>.</exception>
    public Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(CypherStatement statement, CancellationToken cancellationToken) =>
        RepeatAsync<IReadOnlyList<IReadOnlyList<object?>>>(BoltAccess.Read, idempotent: true, async (connection, token) =>
        {
            var rows = new List<IReadOnlyList<object?>>();
            var begin = Begin(BoltAccess.Read);
            var result = await connection.RunAsync(statement, begin, _options.FetchSize, token);
            while (await result.ReadAsync(token) is { } row)
            {
                rows.Add(row);
            }

            Remember(begin, result.Summary?.GetValueOrDefault("bookmark"));
            return rows;
        }, cancellationToken);

    /// <summary>Runs one reading query and hands its rows out as they come; the server waits while the caller is busy.</summary>
    /// <remarks>Not repeated. <see cref="BoltOptions.QueryTimeout"/> holds for each row, and at the server for the whole.</remarks>
    public async IAsyncEnumerable<IReadOnlyList<object?>> StreamAsync(
        CypherStatement statement, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var connection = await _servers.AcquireAsync(BoltAccess.Read, cancellationToken);
        Exception? failure = null;
        try
        {
            var result = await StepAsync(token => connection.RunAsync(statement, Begin(BoltAccess.Read), _options.FetchSize, token));
            while (await StepAsync(token => result.ReadAsync(token).AsTask()) is { } row)
            {
                yield return row;
            }
        }
        finally
        {
            await _servers.ReleaseAsync(connection, failure);
        }

        async Task<T> StepAsync<T>(Func<CancellationToken, Task<T>> step)
        {
            try
            {
                return await LimitAsync(step, cancellationToken);
            }
            catch (Exception exception)
            {
                failure = exception;
                throw;
            }
        }
    }

    /// <summary>Runs writing statements in one transaction; their rows are not wanted.</summary>
    /// <param name="statements">In order.</param>
    /// <param name="idempotent">Doing it twice is as good as once: it is repeated even where the answer to COMMIT was lost.</param>
    /// <param name="cancellationToken">Rolls back, unless COMMIT was sent.</param>
    /// <exception cref="BoltException">Trying again did not help within <see cref="BoltOptions.WriteRetryTime"/>.</exception>
    public Task WriteAsync(IReadOnlyList<CypherStatement> statements, bool idempotent, CancellationToken cancellationToken) =>
        RepeatAsync(BoltAccess.Write, idempotent, async (connection, token) =>
        {
            var begin = Begin(BoltAccess.Write);
            await connection.RunAllAsync(statements, begin, token);
            Remember(begin, await connection.CommitAsync(token));
            return true;
        }, cancellationToken);

    /// <summary>Runs work of the caller's own in one transaction; an exception of the work rolls it back.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public Task<T> TransactAsync<T>(
        BoltAccess access, bool idempotent, Func<BoltTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        RepeatAsync(access, idempotent, async (connection, token) =>
        {
            var begin = Begin(access);
            await connection.BeginAsync(begin, token);
            var value = await work(new BoltTransaction(connection, _options.FetchSize), token);
            Remember(begin, await connection.CommitAsync(token));
            return value;
        }, cancellationToken);

    /// <summary>Runs one writing statement that must not stand in a transaction of ours (schema, CALL … IN TRANSACTIONS).</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public Task RunAsync(CypherStatement statement, bool idempotent, CancellationToken cancellationToken) =>
        RepeatAsync(BoltAccess.Write, idempotent, async (connection, token) =>
        {
            var begin = Begin(BoltAccess.Write);
            var result = await connection.RunAsync(statement, begin, _options.FetchSize, token);
            await result.DiscardAsync(token);
            Remember(begin, result.Summary?.GetValueOrDefault("bookmark"));
            return true;
        }, cancellationToken);

    /// <summary>Asks the server for a text back that a server which splices parameters into the query would change.</summary>
    /// <exception cref="BoltProtocolException">It did: no query may be trusted to it.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        var statement = new CypherStatement("RETURN $echo AS echo", new Dictionary<string, object?> { ["echo"] = Echo });
        var rows = await ReadAsync(statement, cancellationToken);
        if (rows is not [[Echo]])
        {
            throw new BoltProtocolException($"{_options.Address.Endpoint} changes parameters on their way into a query.");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    public override string ToString() => _options.ToString();

    private Task<T> RepeatAsync<T>(
        BoltAccess access, bool idempotent, Func<BoltConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        _retry.RunAsync(
            access == BoltAccess.Read ? _options.ReadRetryTime : _options.WriteRetryTime,
            idempotent,
            () => AttemptAsync(access, work, cancellationToken),
            cancellationToken);

    private async Task<T> AttemptAsync<T>(
        BoltAccess access, Func<BoltConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = await _servers.AcquireAsync(access, cancellationToken);
        Exception? failure = null;
        try
        {
            return await LimitAsync(token => work(connection, token), cancellationToken);
        }
        catch (BoltUnavailableException exception) when (connection.MayHaveWritten)
        {
            failure = exception;
            throw new BoltUnavailableException($"{exception.Message} It is not known whether the work was done.", exception)
            {
                MayRetry = exception.MayRetry,
                Uncertain = true,
            };
        }
        catch (Exception exception)
        {
            failure = exception;
            if (exception is BoltServerException { BookmarkUnknown: true })
            {
                ForgetBookmarks();
            }

            throw;
        }
        finally
        {
            await _servers.ReleaseAsync(connection, failure);
        }
    }

    private Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        BoltDeadline.RunAsync(
            _options.QueryTimeout,
            $"{_options.Address.Endpoint} did not answer",
            nameof(BoltOptions.QueryTimeout),
            _time,
            work,
            cancellationToken);

    private BoltBegin Begin(BoltAccess access)
    {
        lock (_lock)
        {
            return new BoltBegin(access, _options.Database, _bookmarks, _options.QueryTimeout);
        }
    }

    // A new bookmark stands for those that its transaction waited for; those of transactions that ran beside it stay.
    private void Remember(BoltBegin begin, object? bookmark)
    {
        if (bookmark is string { Length: > 0 } text)
        {
            lock (_lock)
            {
                _bookmarks = [.. _bookmarks.Except(begin.Bookmarks, StringComparer.Ordinal).Append(text).Distinct(StringComparer.Ordinal)];
            }
        }
    }

    private void ForgetBookmarks()
    {
        lock (_lock)
        {
            _bookmarks = [];
        }
    }
}
