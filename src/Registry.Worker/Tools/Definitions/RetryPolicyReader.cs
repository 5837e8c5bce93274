using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Definitions;

/// <summary>Reads a retry policy with all its aliases, in definitions and in requests (platform spec 5.8).</summary>
internal static class RetryPolicyReader
{
    /// <summary>Most attempts, the first try included.</summary>
    public const int MaxAttempts = 10;

    /// <summary>Reads member <paramref name="name"/>; null when absent or not an object.</summary>
    /// <param name="parent">Where it stands.</param>
    /// <param name="name">Name of the member.</param>
    /// <param name="strict">True: unknown members are errors.</param>
    public static RetryPolicy? Read(JsonFields parent, string name, bool strict)
    {
        if (parent.Fields(name) is not { } fields)
        {
            return null;
        }

        var policy = new RetryPolicy
        {
            MaxAttempts = fields.Integer("maxAttempts", 1, MaxAttempts),
            Backoff = Backoff(fields, "backoff"),
            InitialDelayMs = Delay(fields, "initialDelayMs"),
            Multiplier = (double?)fields.Number("multiplier", 1, 1000),
            MaxDelayMs = Delay(fields, "maxDelayMs"),
            Jitter = (double?)fields.Number("jitter", 0, 1),
            RetryOn = Types(fields, "retryOn"),
            MaxRetries = fields.Integer("maxRetries", 0, MaxAttempts - 1),
            RetryAttempts = fields.Integer("retryAttempts", 0, MaxAttempts - 1),
            RetryOnFailure = fields.Flag("retryOnFailure"),
            BackoffStrategy = Backoff(fields, "backoffStrategy"),
            RetryDelay = Delay(fields, "retryDelay"),
            BaseDelay = Delay(fields, "baseDelay"),
            MaxDelay = Delay(fields, "maxDelay"),
            RetryConditions = Types(fields, "retryConditions"),
            RetryableErrors = Types(fields, "retryableErrors"),
        };
        if (strict)
        {
            fields.RefuseUnknown();
        }

        return policy;
    }

    private static string? Backoff(JsonFields fields, string name) => fields.Word(name, "fixed", "linear", "exponential");

    private static int? Delay(JsonFields fields, string name) => fields.Integer(name, 0, unit: "milliseconds");

    private static List<ErrorType>? Types(JsonFields fields, string name)
    {
        if (fields.Items(name, 20) is not { } items)
        {
            return null;
        }

        var types = new List<ErrorType>();
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index].ValueKind == JsonValueKind.String && Words.TryGetValue(items[index].GetString()!, out var type))
            {
                types.Add(type);
            }
            else
            {
                fields.Note($"{name}/{index}", "enum", $"must be one of {string.Join(", ", Words.Keys)}; it is {Preview.Of(items[index])}");
            }
        }

        return types;
    }

    private static readonly Dictionary<string, ErrorType> Words = Enum.GetValues<ErrorType>()
        .ToDictionary(type => JsonSerializer.SerializeToElement(type, WireJson.Options).GetString()!, type => type, StringComparer.Ordinal);
}
