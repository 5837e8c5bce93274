using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts;

/// <summary>Which of a pool's three queues a run takes (platform spec 3.3).</summary>
[JsonConverter(typeof(PriorityConverter))]
public enum Priority
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>May wait; 20 % of a runner's slots.</summary>
    Low = 1,

    /// <summary>The default; 60 % of a runner's slots.</summary>
    Normal = 2,

    /// <summary>First; all slots of a runner.</summary>
    High = 3,
}
