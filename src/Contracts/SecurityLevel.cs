using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts;

/// <summary>How much a tool may do, and so how much must be checked before it runs (platform spec 5.3).</summary>
/// <remarks>Ordered: <c>safe</c> &lt; <c>moderate</c> &lt; <c>restricted</c> &lt; <c>dangerous</c>.</remarks>
[JsonConverter(typeof(SecurityLevelConverter))]
public enum SecurityLevel
{
    Unknown = 0,
    Safe = 1,
    Moderate = 2,
    Restricted = 3,
    Dangerous = 4,
}
