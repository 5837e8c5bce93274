using System.Text.Json;

namespace Capns.Registry.Worker.Executions.Commands;

/// <summary>Body of a retry.</summary>
internal sealed record RetryOrder
{
    /// <summary>In place of the first ones; required when those held secrets.</summary>
    public JsonElement? Parameters { get; init; }
}
