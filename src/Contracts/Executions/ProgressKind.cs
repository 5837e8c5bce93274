using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Executions;

/// <summary>What a progress event tells (platform spec 3.16).</summary>
[JsonConverter(typeof(WordEnumConverter<ProgressKind>))]
public enum ProgressKind
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>How far it is.</summary>
    Progress = 1,

    /// <summary>What the tool wrote.</summary>
    Log = 2,

    /// <summary>A part of the result.</summary>
    Partial = 3,

    /// <summary>An attempt failed and will be repeated.</summary>
    Retry = 4,

    /// <summary>It waits for a limit's window.</summary>
    Limited = 5,

    /// <summary>It still runs.</summary>
    Heartbeat = 6,
}
