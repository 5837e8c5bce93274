using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Executions;

/// <summary>What an execution event tells (platform spec 3.13).</summary>
[JsonConverter(typeof(WordEnumConverter<ExecutionStatus>))]
public enum ExecutionStatus
{
    Unknown = 0,
    Started = 1,
    Progress = 2,
    Completed = 3,
    Failed = 4,
    Cancelled = 5,
}
