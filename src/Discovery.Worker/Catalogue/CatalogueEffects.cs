using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Learning.Similarity;
using Capns.Hosting.Postgres;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>Does what follows from a change of the catalogue: relations that definitions name, and similar tools (platform spec 7.3, rules 4 and 7).</summary>
/// <remarks>
/// Every instance tries; what one has done for a revision no other does again. Kept apart from reading the catalogue, so that a question
/// never waits for it. What fails is tried again.
/// </remarks>
internal sealed partial class CatalogueEffects(
    CatalogueWatch watch, CatalogueRelations relations, SimilarityUpdate similarity, TimeProvider time, ILogger<CatalogueEffects> logger) : BackgroundService
{
    /// <summary>How often the catalogue is looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private CatalogueSnapshot _done = CatalogueSnapshot.Empty;

    /// <summary>Brings everything up to the catalogue as it is known now.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is away.</exception>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var catalogue = watch.Current;
        if (ReferenceEquals(catalogue, _done))
        {
            return;
        }

        var changed = Changed(_done, catalogue);
        await relations.FollowAsync(catalogue, changed, cancellationToken);
        await similarity.UpdateAsync(catalogue, changed, cancellationToken);
        _done = catalogue;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CatchUpAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!DatabaseOutage.Is(exception))
                {
                    LogFailed(exception);
                }

                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    /// <summary>Tools that are new, changed or gone.</summary>
    private static List<Guid> Changed(CatalogueSnapshot before, CatalogueSnapshot now) =>
    [
        .. now.Tools.Where(tool => before.Find(tool.Id)?.Revision != tool.Revision).Select(tool => tool.Id),
        .. before.Tools.Where(tool => now.Find(tool.Id) is null).Select(tool => tool.Id),
    ];

    [LoggerMessage(EventId = 3014, Level = LogLevel.Error, Message = "Relations could not be made from the catalogue; they are tried again")]
    private partial void LogFailed(Exception exception);
}
