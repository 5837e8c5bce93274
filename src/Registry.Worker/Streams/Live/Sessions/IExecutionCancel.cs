using Capns.Access;
using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>Ends an execution at a watcher's request.</summary>
internal interface IExecutionCancel
{
    /// <returns>Why not; null: it will end.</returns>
    Task<ErrorDetail?> CancelAsync(Caller caller, Guid executionId, string? reason, bool force, CancellationToken cancellationToken);
}
