using System.Text.Json;

namespace Capns.Messaging.Capabilities;

/// <summary>The platform has refused a call, or it failed, or somebody has cancelled it.</summary>
public sealed class CapExecutionException : Exception
{
    internal CapExecutionException(string code, string message, JsonElement? details)
        : base($"{code}: {message}")
    {
        Code = code;
        Details = details;
        ExecutionId = details is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty("executionId", out var id) && id.TryGetGuid(out var known) ? known : null;
    }

    /// <summary>For programs: one of <see cref="Contracts.Executions.ErrorCodes"/>, or <c>CANCELLED</c>.</summary>
    public string Code { get; }

    /// <summary>Further facts. Absent: none.</summary>
    public JsonElement? Details { get; }

    /// <summary>The execution. Absent: none was started.</summary>
    public Guid? ExecutionId { get; }
}
