using System.Text.Json.Serialization;
using Capns.Contracts.Json;
using MassTransit;

namespace Capns.Contracts.Graph;

/// <summary>Reply only: a command about the graph was carried out, and committed.</summary>
[ExcludeFromTopology]
[EntityName("capns.graph.command.done")]
[MessageUrn("capns.graph.command.done")]
public sealed record GraphCommandDone
{
    /// <summary>Of the command; of <see cref="RebuildGraph"/> the id of the job.</summary>
    public required Guid CommandId { get; init; }

    /// <summary>What became of it.</summary>
    public required GraphCommandOutcome Outcome { get; init; }
}

/// <summary>What became of a command about the graph.</summary>
[JsonConverter(typeof(WordEnumConverter<GraphCommandOutcome>))]
public enum GraphCommandOutcome
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>The relation is kept.</summary>
    Stored = 1,

    /// <summary>The relation is gone.</summary>
    Removed = 2,

    /// <summary>There was no such relation.</summary>
    Absent = 3,

    /// <summary>The rebuilding has begun.</summary>
    Started = 4,
}
