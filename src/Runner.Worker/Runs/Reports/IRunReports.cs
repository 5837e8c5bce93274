using Capns.Contracts.Running;

namespace Capns.Runner.Worker.Runs.Reports;

/// <summary>What a runner tells the registry about its attempts, on <c>capns.registry.run-reports</c> (platform spec 3.3, rule 9).</summary>
internal interface IRunReports
{
    /// <summary>Sends a report and waits for the broker's confirm; while the broker is away it is sent again and again, with the same id.</summary>
    /// <param name="report">One of the <c>Run…</c> records.</param>
    /// <param name="order">The attempt it is about.</param>
    /// <param name="giveUp">Cancelled: stop trying.</param>
    /// <exception cref="OperationCanceledException">Given up before the confirm; the report may have arrived or not.</exception>
    Task SendAsync<TReport>(TReport report, RunTool order, CancellationToken giveUp)
        where TReport : class;
}
