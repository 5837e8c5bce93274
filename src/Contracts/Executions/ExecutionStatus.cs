using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Executions;

/// <summary>What an execution event tells (platform spec 3.13).</summary>
[JsonConverter(typeof(WordEnumConverter<ExecutionStatus>))]
public enum ExecutionStatus
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>An attempt has started.</summary>
    Started = 1,

    /// <summary>Something happened meanwhile.</summary>
    Progress = 2,

    /// <summary>It has a result.</summary>
    Completed = 3,

    /// <summary>It failed, was refused or waited too long.</summary>
    Failed = 4,

    /// <summary>It was ended by request.</summary>
    Cancelled = 5,
}
