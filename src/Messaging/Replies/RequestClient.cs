using System.Text.Json;
using Capns.Messaging.Outbound;

namespace Capns.Messaging.Replies;

/// <summary>Sends requests over the bus and waits for their answers on a queue of this process. Thread-safe; many may be in flight.</summary>
/// <remarks>The first answer to a request counts. One that comes when nobody waits any more is dropped.</remarks>
public sealed class RequestClient : IAsyncDisposable
{
    private readonly IMessagePublisher _publisher;
    private readonly ReplyQueue _replies;
    private readonly TimeProvider _time;

    internal RequestClient(IMessagePublisher publisher, ReplyQueue replies, TimeProvider time) => (_publisher, _replies, _time) = (publisher, replies, time);

    /// <summary>Sends a request and waits for its answer: the outbound document, or the envelope with member <c>error</c> (platform spec 3.8).</summary>
    /// <param name="request">Its correlation id, at most 255 bytes, is used for nothing else; its reply address is set here.</param>
    /// <param name="within">Longest wait, the broker's absence included.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ArgumentException">The request has no correlation id.</exception>
    /// <exception cref="TimeoutException">Nobody has answered in time, or the broker is away. The request may have arrived.</exception>
    /// <exception cref="MessageNotConfirmedException">The broker did not confirm the request; it may have arrived.</exception>
    /// <exception cref="InvalidDataException">The answer is not JSON.</exception>
    public async Task<JsonElement> AskAsync(OutboundMessage request, TimeSpan within, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.CorrelationId is not { Length: > 0 } id)
        {
            throw new ArgumentException("A request needs a correlation id of at most 255 bytes.", nameof(request));
        }

        using var limit = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _replies.ReadyAsync(either.Token);
            var answer = _replies.Expect(id);
            await _publisher.PublishAsync(request with { ReplyTo = _replies.Name }, either.Token);
            return await answer.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{request.Type} {id} was not answered within {within}.");
        }
        finally
        {
            _replies.Forget(id);
        }
    }

    /// <summary>Ends the consuming; the queue goes away.</summary>
    public ValueTask DisposeAsync() => _replies.DisposeAsync();
}
