using System.Text.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary>Bounds, included, on how many properties, elements or characters (Unicode code points) a value has.</summary>
internal sealed class CountKeyword : Keyword
{
    private readonly JsonValueKind _kind;
    private readonly int _bound;
    private readonly bool _isLeast;
    private readonly string _message;

    private CountKeyword(KeywordSource source, JsonValueKind kind, bool isLeast, string unit)
        : base(source.Name)
    {
        _kind = kind;
        _bound = source.Count;
        _isLeast = isLeast;
        _message = $"must have at {(isLeast ? "least" : "most")} {_bound} {unit}";
    }

    public static Keyword MinProperties(KeywordSource source) => new CountKeyword(source, JsonValueKind.Object, true, "properties");

    public static Keyword MaxProperties(KeywordSource source) => new CountKeyword(source, JsonValueKind.Object, false, "properties");

    public static Keyword MinItems(KeywordSource source) => new CountKeyword(source, JsonValueKind.Array, true, "elements");

    public static Keyword MaxItems(KeywordSource source) => new CountKeyword(source, JsonValueKind.Array, false, "elements");

    public static Keyword MinLength(KeywordSource source) => new CountKeyword(source, JsonValueKind.String, true, "characters");

    public static Keyword MaxLength(KeywordSource source) => new CountKeyword(source, JsonValueKind.String, false, "characters");

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != _kind)
        {
            return true;
        }

        var count = _kind switch
        {
            JsonValueKind.Array => instance.GetArrayLength(),
            JsonValueKind.Object => instance.GetPropertyCount(),
            _ => CodePoints(instance.GetString()!),
        };
        return (_isLeast ? count >= _bound : count <= _bound) || run.Fail(Name, _message);
    }

    private static int CodePoints(string text) => text.Length - text.Count(char.IsLowSurrogate);
}
