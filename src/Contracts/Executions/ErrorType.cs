using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Executions;

/// <summary>The kind of an error; the retry policy's <c>retryOn</c> lists these (platform spec 3.18, 5.8).</summary>
[JsonConverter(typeof(WordEnumConverter<ErrorType>))]
public enum ErrorType
{
    Unknown = 0,
    Validation = 1,
    Execution = 2,
    Timeout = 3,
    Permission = 4,
    Quota = 5,
    Dependency = 6,
}
