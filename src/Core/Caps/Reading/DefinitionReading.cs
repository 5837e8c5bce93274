using System.Text.Json;
using Capns.Core.Caps.Rules;
using Capns.Core.Json;

namespace Capns.Core.Caps.Reading;

/// <summary>One reading of JSON: goes on after a mistake, with a stand-in, and remembers the one to be reported.</summary>
internal sealed class DefinitionReading
{
    /// <summary>Where mistakes go; rules may add theirs.</summary>
    public Findings Findings { get; } = new();

    /// <summary>Whether a <c>name</c> of an argument is a mistake (RULE12) or ignored (D11).</summary>
    public NamedArguments Names { get; init; } = NamedArguments.Ignored;

    /// <summary>True when what was read has the right shape and usable URNs, so that further rules have something to look at.</summary>
    public bool HasShape => Findings.IsOpen(DefinitionStage.Structure) && Findings.IsOpen(DefinitionStage.Urn);

    public void ReportStructure(string path, string issue)
    {
        var place = path.Length == 0 ? "The document" : $"'{path}'";
        Findings.Report(DefinitionStage.Structure, new CapDefinitionError(CapRule.Structure, path, issue, $"{place} {issue}."));
    }

    /// <summary>True when the value is an object; else the mistake is reported.</summary>
    public bool IsObject(JsonElement value, string path) => Is(value, JsonValueKind.Object, "an object", path);

    public string RequiredText(JsonElement owner, string path, string name) =>
        TryGetRequired(owner, path, name, out var value) ? Text(value, JsonPointer.Append(path, name)) : string.Empty;

    /// <summary>Absent and <c>null</c> are the same.</summary>
    public string? OptionalText(JsonElement owner, string path, string name) =>
        GetOptional(owner, name) is { } value ? Text(value, JsonPointer.Append(path, name)) : null;

    public bool RequiredTruth(JsonElement owner, string path, string name)
    {
        if (TryGetRequired(owner, path, name, out var value) && value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            ReportKind(value, "true or false", JsonPointer.Append(path, name));
        }

        return value.ValueKind == JsonValueKind.True;
    }

    public double? OptionalNumber(JsonElement owner, string path, string name)
    {
        if (GetOptional(owner, name) is not { } value || !Is(value, JsonValueKind.Number, "a number", JsonPointer.Append(path, name)))
        {
            return null;
        }

        if (value.TryGetDouble(out var number) && double.IsFinite(number))
        {
            return number;
        }

        ReportStructure(JsonPointer.Append(path, name), $"must be from {double.MinValue:R} to {double.MaxValue:R}; it is {Shorten(value)}");
        return null;
    }

    public int? OptionalCount(JsonElement owner, string path, string name) =>
        GetOptional(owner, name) is { } value ? Count(value, JsonPointer.Append(path, name)) : null;

    /// <summary>A whole number from 0 to the greatest that fits, written without fraction and exponent.</summary>
    public int Count(JsonElement value, string path)
    {
        if (!Is(value, JsonValueKind.Number, "a number", path))
        {
            return 0;
        }

        if (value.TryGetInt32(out var count) && count >= 0)
        {
            return count;
        }

        ReportStructure(path, $"must be a whole number from 0 to {int.MaxValue}; it is {Shorten(value)}");
        return 0;
    }

    public string Text(JsonElement value, string path) =>
        Is(value, JsonValueKind.String, "a string", path) ? value.GetString()! : string.Empty;

    /// <summary>The elements of an array, each read with its path; empty when the member is absent. <c>null</c> is a mistake.</summary>
    public List<T> Items<T>(JsonElement owner, string path, string name, Func<JsonElement, string, T?> read)
        where T : class =>
        owner.TryGetProperty(name, out var value) ? Items(value, JsonPointer.Append(path, name), read) : [];

    /// <summary>The elements of an array, each read with its path.</summary>
    public List<T> Items<T>(JsonElement array, string path, Func<JsonElement, string, T?> read)
        where T : class
    {
        var items = new List<T>();
        if (!Is(array, JsonValueKind.Array, "an array", path))
        {
            return items;
        }

        var index = 0;
        foreach (var element in array.EnumerateArray())
        {
            if (read(element, JsonPointer.Append(path, index++)) is { } item)
            {
                items.Add(item);
            }
        }

        return items;
    }

    public bool TryGetRequired(JsonElement owner, string path, string name, out JsonElement value)
    {
        if (owner.TryGetProperty(name, out value))
        {
            return true;
        }

        ReportStructure(path, $"must have '{name}'");
        return false;
    }

    /// <summary>Null for an absent member and for <c>null</c>.</summary>
    public static JsonElement? GetOptional(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private bool Is(JsonElement value, JsonValueKind kind, string expected, string path)
    {
        if (value.ValueKind == kind)
        {
            return true;
        }

        ReportKind(value, expected, path);
        return false;
    }

    private void ReportKind(JsonElement value, string expected, string path) =>
        ReportStructure(path, $"must be {expected}; it is {Describe(value.ValueKind)}");

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    private static string Shorten(JsonElement number) =>
        number.GetRawText() is { Length: <= 40 } text ? text : string.Concat(number.GetRawText().AsSpan(0, 40), "…");
}
