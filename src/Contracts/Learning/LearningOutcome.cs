using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Learning;

/// <summary>What came of using a tool (platform spec 3.22).</summary>
[JsonConverter(typeof(WordEnumConverter<LearningOutcome>))]
public enum LearningOutcome
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>It served.</summary>
    Success = 1,

    /// <summary>It did not serve.</summary>
    Failure = 2,

    /// <summary>It served in part.</summary>
    Partial = 3,
}
