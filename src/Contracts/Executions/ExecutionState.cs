using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Executions;

/// <summary>Where an execution is (platform spec 5.7). The last five are final.</summary>
[JsonConverter(typeof(WordEnumConverter<ExecutionState>))]
public enum ExecutionState
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>Accepted, not yet decided.</summary>
    Pending = 1,

    /// <summary>People must decide first.</summary>
    ApprovalRequired = 2,

    /// <summary>Handed to a pool of runners.</summary>
    Queued = 3,

    /// <summary>A runner has it.</summary>
    Running = 4,

    /// <summary>An attempt failed; the next one is due later.</summary>
    Retrying = 5,

    /// <summary>Final: it has a result.</summary>
    Completed = 6,

    /// <summary>Final: the last attempt failed.</summary>
    Failed = 7,

    /// <summary>Final: ended by request.</summary>
    Cancelled = 8,

    /// <summary>Final: refused before it ran.</summary>
    Rejected = 9,

    /// <summary>Final: it waited too long.</summary>
    Expired = 10,
}
