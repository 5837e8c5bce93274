using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Running;

/// <summary>How an attempt ended, as the runner saw it.</summary>
[JsonConverter(typeof(WordEnumConverter<RunOutcome>))]
public enum RunOutcome
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>The tool gave a result.</summary>
    Completed = 1,

    /// <summary>An error; its code says which.</summary>
    Failed = 2,

    /// <summary>Stopped by request.</summary>
    Cancelled = 3,

    /// <summary>Not started: past its queue deadline.</summary>
    Expired = 4,
}
