using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts;

/// <summary>Which of a pool's three queues a run takes (platform spec 3.3).</summary>
[JsonConverter(typeof(PriorityConverter))]
public enum Priority
{
    Unknown = 0,
    Low = 1,
    Normal = 2,
    High = 3,
}
