using System.Data.Common;
using System.Diagnostics;

namespace Capns.Hosting.Health;

/// <summary>PostgreSQL: a round trip on a pooled connection.</summary>
/// <param name="source">The worker's own pool, so that an exhausted pool shows too.</param>
/// <param name="required">True for registry and discovery.</param>
public sealed class PostgresPart(DbDataSource source, bool required = true) : IHealthPart
{
    /// <inheritdoc/>
    public string Name => "postgresql";

    /// <inheritdoc/>
    public string Section => "database/postgresql";

    /// <inheritdoc/>
    public bool Required => required;

    /// <inheritdoc/>
    public async Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        var started = Stopwatch.GetTimestamp();
        await command.ExecuteScalarAsync(cancellationToken);
        return PartReport.Connected(Stopwatch.GetElapsedTime(started));
    }
}
