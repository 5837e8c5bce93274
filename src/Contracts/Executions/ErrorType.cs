using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Executions;

/// <summary>The kind of an error; the retry policy's <c>retryOn</c> lists these (platform spec 3.18, 5.8).</summary>
[JsonConverter(typeof(WordEnumConverter<ErrorType>))]
public enum ErrorType
{
    /// <summary>Broken inside, or not set.</summary>
    Unknown = 0,

    /// <summary>The request is wrong.</summary>
    Validation = 1,

    /// <summary>The tool reported an error.</summary>
    Execution = 2,

    /// <summary>It took too long.</summary>
    Timeout = 3,

    /// <summary>It is not allowed.</summary>
    Permission = 4,

    /// <summary>A limit was reached.</summary>
    Quota = 5,

    /// <summary>Something it needs is away or broken.</summary>
    Dependency = 6,
}
