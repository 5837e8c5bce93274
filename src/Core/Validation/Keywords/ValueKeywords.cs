using System.Collections.Frozen;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary>The JSON type, or one of several; <c>integer</c> is any whole number, also <c>1.0</c>.</summary>
internal sealed class TypeKeyword(string[] types) : Keyword("type")
{
    private readonly string _message = types.Length == 1 ? $"must be of type {types[0]}" : $"must be one of the types {string.Join(", ", types)}";

    public static Keyword Create(KeywordSource source) => new TypeKeyword(
        source.Value.ValueKind == JsonValueKind.Array
            ? [.. source.Value.EnumerateArray().Select(type => type.GetString()!)]
            : [source.Value.GetString()!]);

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage) =>
        types.AsSpan().Contains(NameOf(instance.ValueKind)) || IsWantedInteger(instance) || run.Fail(Name, _message);

    private bool IsWantedInteger(JsonElement instance) =>
        instance.ValueKind == JsonValueKind.Number && types.AsSpan().Contains("integer")
        && (instance.TryGetInt64(out _) || ExactNumber.Parse(instance.GetRawText()).IsInteger);

    private static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };
}

/// <summary><c>enum</c> and <c>const</c>: the value is one of those listed.</summary>
internal sealed class EnumKeyword(string name, JsonElement[] values) : Keyword(name)
{
    private const int LongestList = 200;

    private readonly FrozenSet<JsonElement> _values = values.ToFrozenSet(JsonEquality.Instance);
    private readonly string _message = Message(values);

    public static Keyword Create(KeywordSource source) => new EnumKeyword(
        source.Name, source.Name == "const" ? [source.Value] : [.. source.Value.EnumerateArray()]);

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage) =>
        _values.Contains(instance) || run.Fail(Name, _message);

    private static string Message(JsonElement[] values)
    {
        var list = string.Join(", ", values.Take(20).Select(value => value.GetRawText()));
        return list.Length > LongestList || values.Length > 20
            ? $"must be one of {values.Length} listed values"
            : $"must be {(values.Length == 1 ? list : "one of " + list)}";
    }
}

/// <summary>The string matches a pattern somewhere.</summary>
internal sealed class PatternKeyword(EcmaPattern pattern) : Keyword("pattern")
{
    private readonly string _message = $"must match the pattern {pattern.Text}";

    public static Keyword? Create(KeywordSource source) =>
        source.Pattern(source.Value.GetString()!) is { } pattern ? new PatternKeyword(pattern) : null;

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage) =>
        instance.ValueKind != JsonValueKind.String
        || pattern.Matches(run, Name, instance.GetString()!)
        || run.Fail(Name, _message);
}
