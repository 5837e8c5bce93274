namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Requests and their answers on one connection, in order. Not thread-safe.</summary>
/// <remarks>
/// After a FAILURE the server answers IGNORED to everything that was sent behind it; <see cref="DrainAsync"/> reads past those answers.
/// Anything else that interrupts an exchange (cancellation, time limit, malformed bytes) leaves the connection <see cref="Broken"/>.
/// </remarks>
internal sealed class BoltExchange(BoltTransport transport, BoltVersion version)
{
    private int _pending;
    private int _unsent;

    /// <summary>Whose rules hold.</summary>
    public BoltVersion Version { get; } = version;

    /// <summary>The connection can only be closed.</summary>
    public bool Broken { get; private set; }

    /// <summary>The server waits for RESET.</summary>
    public bool Failed { get; private set; }

    /// <summary>A result was not read to its end.</summary>
    public bool Streaming { get; set; }

    /// <summary>Nothing is under way and nothing has failed.</summary>
    public bool Clean => !Failed && !Streaming && _pending == 0;

    /// <summary>Answers that are still to come.</summary>
    public bool Waiting => _pending > 0;

    /// <summary>Adds a request to what the next <see cref="FlushAsync"/> sends.</summary>
    /// <exception cref="ArgumentException">A field cannot be sent; the requests since the last flush are forgotten.</exception>
    public void Queue(byte tag, params ReadOnlySpan<object?> fields)
    {
        try
        {
            transport.Queue(tag, fields);
        }
        catch
        {
            // A parameter that cannot be sent: nothing since the last write has left, so the connection stays as it was.
            transport.Unqueue();
            (_pending, _unsent) = (_pending - _unsent, 0);
            throw;
        }

        (_pending, _unsent) = (_pending + 1, _unsent + 1);
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            _unsent = 0;
            await transport.FlushAsync(cancellationToken);
        }
        catch
        {
            Broken = true;
            throw;
        }
    }

    public async ValueTask<BoltMessage> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            var message = await transport.ReadAsync(cancellationToken);
            return message.Kind == BoltAnswer.Record || _pending-- > 0
                ? message
                : throw new BoltProtocolException("The server answered a request that was never made.");
        }
        catch
        {
            Broken = true;
            throw;
        }
    }

    /// <summary>Gives the connection up because of what the server sent.</summary>
    public BoltProtocolException Malformed(string what)
    {
        Broken = true;
        return new BoltProtocolException(what);
    }

    /// <summary>Takes a summary for what it says.</summary>
    /// <exception cref="BoltServerException">It is a FAILURE.</exception>
    public IReadOnlyDictionary<string, object?> Accept(BoltMessage message)
    {
        switch (message.Kind)
        {
            case BoltAnswer.Success:
                return message.Metadata;
            case BoltAnswer.Failure:
                Failed = true;
                throw Failure(message.Metadata);
            default:
                throw Malformed($"The server answered {message.Kind} where SUCCESS or FAILURE belongs.");
        }
    }

    /// <summary>Sends one request and waits for its answer.</summary>
    public async Task<IReadOnlyDictionary<string, object?>> RequestAsync(
        byte tag, CancellationToken cancellationToken, params object?[] fields)
    {
        Queue(tag, fields);
        await FlushAsync(cancellationToken);
        return await SummaryAsync(cancellationToken);
    }

    /// <summary>Waits for the answer to the oldest request.</summary>
    public async Task<IReadOnlyDictionary<string, object?>> SummaryAsync(CancellationToken cancellationToken) =>
        Accept(await NextAsync(cancellationToken));

    /// <summary>Reads past every answer but the last one, that to RESET, which must be good.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (_pending > 1)
        {
            // Rows and answers that nobody wants any more.
            await NextAsync(cancellationToken);
        }

        (Failed, Streaming) = (false, false);
        try
        {
            await SummaryAsync(cancellationToken);
        }
        catch (BoltServerException)
        {
            Broken = true;
            throw;
        }
    }

    /// <summary>Says good-bye where there is somebody to hear it, and closes.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!Broken)
            {
                transport.Queue(BoltRequest.Goodbye);
                await transport.FlushAsync(cancellationToken);
            }
        }
        catch (Exception exception) when (exception is BoltUnavailableException or OperationCanceledException)
        {
            // The server is gone already.
        }

        Broken = true;
        await transport.DisposeAsync();
    }

    private BoltServerException Failure(IReadOnlyDictionary<string, object?> metadata)
    {
        var code = (Version.HasNeo4jCode ? metadata.GetValueOrDefault("neo4j_code") : metadata.GetValueOrDefault("code")) as string;
        return new BoltServerException(code ?? "Unknown", metadata.GetValueOrDefault("message") as string ?? "");
    }
}
