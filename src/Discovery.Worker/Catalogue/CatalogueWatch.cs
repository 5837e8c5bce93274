using Capns.Hosting.Postgres;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>Keeps this instance's copy of the catalogue current: as soon as its revision has moved, or an event says so.</summary>
/// <remarks>While PostgreSQL is away the last state stays, and questions are answered from it.</remarks>
internal sealed partial class CatalogueWatch(
    CatalogueReader reader, IEnumerable<ICatalogueFollower> followers, TimeProvider time, ILogger<CatalogueWatch> logger)
    : RevisionWatch(time)
{
    private readonly ICatalogueFollower[] _followers = [.. followers];
    private readonly SemaphoreSlim _one = new(1, 1);
    private CatalogueSnapshot _current = CatalogueSnapshot.Empty;

    /// <summary>What is known now; empty before the first refresh.</summary>
    public CatalogueSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Takes over what was committed before the call.</summary>
    /// <returns>True when something had changed.</returns>
    /// <exception cref="System.Data.Common.DbException">The database is away, or the registry has not made its schema yet.</exception>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (await reader.ReadAsync(_current, cancellationToken) is not { } change)
            {
                return false;
            }

            foreach (var follower in _followers)
            {
                await follower.FollowAsync(change, cancellationToken);
            }

            Volatile.Write(ref _current, change.Snapshot);
            LogRefreshed(change.Snapshot.Revision, change.Snapshot.Tools.Count, change.Changed.Count);
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override Task TakeOverAsync(CancellationToken cancellationToken) => RefreshAsync(cancellationToken);

    /// <summary>The registry may start later than this worker.</summary>
    protected override bool Passes(Exception exception) => base.Passes(exception) || CatalogueSchema.IsMissing(exception);

    protected override void TellAway(string reason) => LogAway(reason);

    protected override void TellBack() => LogBack();

    protected override void TellFailed(Exception exception) => LogFailed(exception);

    [LoggerMessage(EventId = 3010, Level = LogLevel.Debug, Message = "Catalogue as of revision {Revision}: {Tools} tools, {Changed} of them new")]
    private partial void LogRefreshed(long revision, int tools, int changed);

    [LoggerMessage(EventId = 3011, Level = LogLevel.Warning, Message = "The catalogue stays as it is, it cannot be read now: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(EventId = 3012, Level = LogLevel.Information, Message = "The catalogue is current again")]
    private partial void LogBack();

    [LoggerMessage(EventId = 3013, Level = LogLevel.Error, Message = "The catalogue could not be read and stays as it is")]
    private partial void LogFailed(Exception exception);
}
