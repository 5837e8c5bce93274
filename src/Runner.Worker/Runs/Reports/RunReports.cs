using Capns.Contracts.Running;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;

namespace Capns.Runner.Worker.Runs.Reports;

/// <summary>Sends reports as outbound documents, each with one id however often it is sent.</summary>
internal sealed class RunReports(IMessagePublisher publisher, OutboundDocuments documents, ILogger<RunReports> logger) : IRunReports
{
    /// <inheritdoc/>
    public async Task SendAsync<TReport>(TReport report, RunTool order, CancellationToken giveUp)
        where TReport : class
    {
        var message = documents.ToQueue(QueueNames.RunReports, report, RunContext.Of(order));
        while (true)
        {
            try
            {
                await publisher.PublishAsync(message, giveUp);
                return;
            }
            catch (MessageNotConfirmedException away)
            {
                RunnerLog.ReportRetried(logger, away.Message);
            }
            catch (Exception) when (giveUp.IsCancellationRequested)
            {
                throw new OperationCanceledException(giveUp);
            }
        }
    }
}
