using Capns.Hosting.Postgres;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>Keeps the index current: read before the worker serves anybody, then as soon as the catalogue's revision has moved.</summary>
/// <remarks>While PostgreSQL is away the last state stays; nothing can be admitted then anyway.</remarks>
internal sealed partial class CapabilityWatch(CapabilityIndex index, TimeProvider time, ILogger<CapabilityWatch> logger) : RevisionWatch(time)
{
    protected override async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        if (await index.RefreshAsync(cancellationToken))
        {
            LogRefreshed(index.Current.Revision, index.Current.Tools.Count);
        }
    }

    protected override void TellAway(string reason) => LogAway(reason);

    protected override void TellBack() => LogBack();

    protected override void TellFailed(Exception exception) => LogFailed(exception);

    [LoggerMessage(EventId = 3500, Level = LogLevel.Debug, Message = "Capabilities as of revision {Revision}: {Tools} tools")]
    private partial void LogRefreshed(long revision, int tools);

    [LoggerMessage(EventId = 3501, Level = LogLevel.Warning, Message = "Capabilities stay as they are, PostgreSQL is away: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(EventId = 3502, Level = LogLevel.Information, Message = "Capabilities are current again")]
    private partial void LogBack();

    [LoggerMessage(EventId = 3503, Level = LogLevel.Error, Message = "Capabilities could not be read and stay as they are")]
    private partial void LogFailed(Exception exception);
}
