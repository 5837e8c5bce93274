using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Executions;

/// <summary>What a progress event tells (platform spec 3.16).</summary>
[JsonConverter(typeof(WordEnumConverter<ProgressKind>))]
public enum ProgressKind
{
    Unknown = 0,
    Progress = 1,
    Log = 2,
    Partial = 3,
    Retry = 4,
    Limited = 5,
    Heartbeat = 6,
}
