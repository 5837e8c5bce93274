using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts;

/// <summary>How much a tool may do, and so how much must be checked before it runs (platform spec 5.3).</summary>
/// <remarks>Ordered: <c>safe</c> &lt; <c>moderate</c> &lt; <c>restricted</c> &lt; <c>dangerous</c>.</remarks>
[JsonConverter(typeof(SecurityLevelConverter))]
public enum SecurityLevel
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>Computes only.</summary>
    Safe = 1,

    /// <summary>Reads, or changes what is easily undone.</summary>
    Moderate = 2,

    /// <summary>Needs an authenticated caller, and its results do not travel on the bus.</summary>
    Restricted = 3,

    /// <summary>Needs people to approve.</summary>
    Dangerous = 4,
}
