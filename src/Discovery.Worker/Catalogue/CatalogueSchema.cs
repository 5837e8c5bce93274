using Npgsql;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>The registry makes its views at its first start, which may come after this worker's.</summary>
internal static class CatalogueSchema
{
    /// <summary>True when the views are not there yet.</summary>
    public static bool IsMissing(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn,
    };
}
