using Capns.Contracts;
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
        var document = documents.Event(ProgressEvents.ForTheBus(happened, LevelOnTheBus(order)), context);
        // Redis first: somebody may be watching it.
        var appending = AppendAsync(order, happened, document, context);
        return Task.WhenAll(appending, SendAsync(document));
    }

    // Output that may hold secrets is treated as that of the higher levels.
    private static SecurityLevel LevelOnTheBus(RunTool order) =>
        order is { HasPrivateOutput: true, Limits.SecurityLevel: < SecurityLevel.Restricted } ? SecurityLevel.Restricted : order.Limits.SecurityLevel;

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
            var body = ProgressEvents.MayTravelWhole(happened, LevelOnTheBus(order)) ? sent.Body : documents.Event(happened, context).Body;
            await stream.AppendAsync(order.ExecutionId, order.Identity.DiscussionId, body).WaitAsync(Patience, time);
        }
        catch (Exception away) when (away is RedisAwayException or RedisException or TimeoutException)
        {
            RunnerLog.ProgressDropped(logger, "appended", away.Message);
        }
    }
}
