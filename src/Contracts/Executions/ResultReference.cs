namespace Capns.Contracts.Executions;

/// <summary>Where a result lies that does not travel on the bus (platform spec 3.12, 3.17).</summary>
public sealed record ResultReference
{
    /// <summary>Path at the registry: <c>/api/v1/executions/{executionId}/result</c>.</summary>
    public required string Uri { get; init; }

    /// <summary>Hex SHA-256 of the stored bytes.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the stored bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>E.g. <c>application/json</c>.</summary>
    public required string ContentType { get; init; }
}
