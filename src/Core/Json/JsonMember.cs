using System.Text.Json;

namespace Capns.Core.Json;

/// <summary>Optional JSON inside an immutable value: independent of the document it came from, and compared as JSON.</summary>
internal static class JsonMember
{
    /// <summary>A copy that lives on its own; null for what says nothing: an undefined value and JSON <c>null</c>.</summary>
    public static JsonElement? Keep(JsonElement? value) =>
        value is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } json ? json.Clone() : null;

    /// <summary>True when both are absent, or both are there and equal as JSON values.</summary>
    public static bool Same(JsonElement? left, JsonElement? right) =>
        left is { } one && right is { } other ? JsonEquality.Instance.Equals(one, other) : left is null && right is null;
}
