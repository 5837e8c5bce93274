using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Audit;

/// <summary>How bad an alert is.</summary>
[JsonConverter(typeof(WordEnumConverter<AlertSeverity>))]
public enum AlertSeverity
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>Worth knowing.</summary>
    Info = 1,

    /// <summary>Somebody should look.</summary>
    Warning = 2,

    /// <summary>Somebody must look now.</summary>
    Critical = 3,
}
