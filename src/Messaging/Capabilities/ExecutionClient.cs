using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;

namespace Capns.Messaging.Capabilities;

/// <summary>Requests executions over the bus and waits for their ends. Thread-safe.</summary>
internal sealed class ExecutionClient(
    IMessagePublisher publisher, OutboundDocuments documents, RequestClient requests, CapsClientOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestCancel = TimeSpan.FromSeconds(5);

    /// <summary>Asks what every gate says of a request, without running anything.</summary>
    /// <exception cref="TimeoutException">Nobody has answered within <see cref="CapsClientOptions.AskTimeout"/>.</exception>
    /// <exception cref="CapExecutionException">The question itself was refused.</exception>
    public async Task<ToolExecutionGateReport> AskAsync(ToolExecutionRequest request, CancellationToken cancellationToken)
    {
        var answer = await ExchangeAsync(Complete(request, Guid.CreateVersion7()) with { DryRun = true }, options.AskTimeout, cancellationToken);
        return Data(answer).Deserialize<ToolExecutionGateReport>(WireJson.Options)!;
    }

    /// <summary>Runs a request to its end.</summary>
    /// <exception cref="TimeoutException">It has not ended within <see cref="CapsClientOptions.CallTimeout"/>; it is being cancelled.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; it is being cancelled.</exception>
    /// <exception cref="MessageNotConfirmedException">The broker did not confirm it; it may have arrived, and is being cancelled.</exception>
    /// <exception cref="CapExecutionException">It was refused, failed or was cancelled.</exception>
    public async Task<ToolExecutionResult> RunAsync(ToolExecutionRequest request, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        try
        {
            var answer = await ExchangeAsync(Complete(request, id) with { ExecutionId = id }, options.CallTimeout, cancellationToken);
            return Data(answer).Deserialize<ToolExecutionResult>(WireJson.Options)!;
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException or MessageNotConfirmedException)
        {
            await CancelAsync(id, exception switch
            {
                TimeoutException => $"no end within {options.CallTimeout}",
                MessageNotConfirmedException => "the request was not confirmed",
                _ => "the caller gave up",
            });
            throw;
        }
    }

    private ToolExecutionRequest Complete(ToolExecutionRequest request, Guid id) => request with
    {
        RequestId = id.ToString(),
        AgentId = request.AgentId ?? options.AgentId ?? options.Name,
    };

    private async Task<JsonElement> ExchangeAsync(ToolExecutionRequest request, TimeSpan within, CancellationToken cancellationToken)
    {
        try
        {
            return await requests.AskAsync(documents.Event(request, new OutboundContext { CorrelationId = request.RequestId }), within, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Request {request.RequestId} for {request.Cap ?? request.ToolId} was not answered within {within}.");
        }
    }

    /// <summary>Best effort: who cancels because the broker is away is not made to wait for it.</summary>
    private async Task CancelAsync(Guid executionId, string reason)
    {
        using var limit = new CancellationTokenSource(LongestCancel, time);
        try
        {
            var request = new ToolExecutionCancelRequest { ExecutionId = executionId, RequestedBy = options.Name, Reason = reason };
            await publisher.PublishAsync(documents.Event(request), limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or MessageNotConfirmedException)
        {
            // The execution ends by its own limits.
        }
    }

    /// <summary>The payload of an answer; a refusal has an error in its place (platform spec 3.8).</summary>
    private static JsonElement Data(JsonElement answer)
    {
        if (answer.TryGetProperty("error", out var error))
        {
            var details = error.TryGetProperty("details", out var found) ? found : (JsonElement?)null;
            throw new CapExecutionException(error.GetProperty("code").GetString()!, error.GetProperty("message").GetString()!, details);
        }

        return answer.GetProperty("data");
    }
}
