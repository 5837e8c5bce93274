using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Executions;

/// <summary>Where an execution is (platform spec 5.7). The last five are final.</summary>
[JsonConverter(typeof(WordEnumConverter<ExecutionState>))]
public enum ExecutionState
{
    Unknown = 0,
    Pending = 1,
    ApprovalRequired = 2,
    Queued = 3,
    Running = 4,
    Retrying = 5,
    Completed = 6,
    Failed = 7,
    Cancelled = 8,
    Rejected = 9,
    Expired = 10,
}
