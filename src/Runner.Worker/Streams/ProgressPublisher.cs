using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Hosting.Redis;
using Capns.Messaging.Outbound;
using Capns.Runner.Worker.Runs.Progress;
using Capns.Runner.Worker.Runs.Reports;
using StackExchange.Redis;

namespace Capns.Runner.Worker.Streams;

/// <summary>Publishes progress events on the bus and appends them to the execution's stream; what fails is left out (platform spec 3.3, rule 7).</summary>
/// <remarks>The stream is read only by who may see the execution, so it has what may not travel on the bus.</remarks>
internal sealed class ProgressPublisher(
    IMessagePublisher publisher,
    OutboundDocuments documents,
    ExecutionStream stream,
    TimeProvider time,
    ILogger<ProgressPublisher> logger) : IProgressSink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public Task PublishAsync(RunTool order, ToolExecutionProgress happened)
    {
        var context = RunContext.Of(order);
        var document = documents.Event(ProgressEvents.ForTheBus(happened, order.Limits.SecurityLevel), context);
        return Task.WhenAll(SendAsync(document), AppendAsync(order, happened, document, context));
    }

    private async Task SendAsync(OutboundMessage document)
    {
        using var giveUp = new CancellationTokenSource(Patience, time);
        try
        {
            await publisher.PublishAsync(document, giveUp.Token);
        }
        catch (Exception away) when (away is OperationCanceledException or MessageNotConfirmedException || giveUp.IsCancellationRequested)
        {
            RunnerLog.ProgressDropped(logger, "published", away.Message);
        }
    }

    private async Task AppendAsync(RunTool order, ToolExecutionProgress happened, OutboundMessage sent, OutboundContext context)
    {
        try
        {
            var body = ProgressEvents.MayTravelWhole(happened, order.Limits.SecurityLevel) ? sent.Body : documents.Event(happened, context).Body;
            await stream.AppendAsync(order.ExecutionId, body).WaitAsync(Patience, time);
        }
        catch (Exception away) when (away is RedisAwayException or RedisException or TimeoutException)
        {
            RunnerLog.ProgressDropped(logger, "appended", away.Message);
        }
    }
}
