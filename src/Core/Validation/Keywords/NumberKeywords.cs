using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary>Lower and upper bounds of numbers, included or not.</summary>
internal sealed class BoundKeyword(string name, JsonElement bound) : Keyword(name)
{
    private readonly ExactNumber _bound = ExactNumber.Parse(bound.GetRawText());
    private readonly string _message = $"must be {Relation(name)} {bound.GetRawText()}";

    public static Keyword Create(KeywordSource source) => new BoundKeyword(source.Name, source.Value);

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Number)
        {
            return true;
        }

        var order = ExactNumber.Parse(instance.GetRawText()).CompareTo(_bound);
        var fits = Name switch
        {
            "minimum" => order >= 0,
            "maximum" => order <= 0,
            "exclusiveMinimum" => order > 0,
            _ => order < 0,
        };
        return fits || run.Fail(Name, _message);
    }

    private static string Relation(string name) => name switch
    {
        "minimum" => "at least",
        "maximum" => "at most",
        "exclusiveMinimum" => "greater than",
        _ => "less than",
    };
}

/// <summary>The number divided by the divisor is whole; exact, whatever the size.</summary>
internal sealed class MultipleOfKeyword(JsonElement divisor) : Keyword("multipleOf")
{
    private readonly ExactNumber _divisor = ExactNumber.Parse(divisor.GetRawText());
    private readonly string _message = $"must be a multiple of {divisor.GetRawText()}";

    public static Keyword Create(KeywordSource source) => new MultipleOfKeyword(source.Value);

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage) =>
        instance.ValueKind != JsonValueKind.Number
        || ExactNumber.Parse(instance.GetRawText()).IsMultipleOf(_divisor)
        || run.Fail(Name, _message);
}
