using System.Globalization;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Registry.Worker.Tools.Compatibility;

/// <summary>Which values of one schema another does not take, as far as types, enumerations and bounds say so. Pure.</summary>
internal static class SchemaNarrowing
{
    private static readonly (string Keyword, bool IsLower, JsonTypes Types)[] Sizes =
    [
        ("minLength", true, JsonTypes.String), ("maxLength", false, JsonTypes.String), ("minItems", true, JsonTypes.Array),
        ("maxItems", false, JsonTypes.Array), ("minProperties", true, JsonTypes.Object), ("maxProperties", false, JsonTypes.Object),
    ];

    /// <summary>The keywords that <see cref="OfBounds"/> compares.</summary>
    public static IReadOnlySet<string> Bounds { get; } = new HashSet<string>(
        [.. Sizes.Select(size => size.Keyword), "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "uniqueItems"], StringComparer.Ordinal);

    /// <summary>Types and enumerations.</summary>
    public static IEnumerable<Narrowing> OfValues(SchemaFacts old, SchemaFacts now)
    {
        if (old.Values is { } before)
        {
            // Few values: each is looked at.
            if (before.Any(value => (TypeOf(value) & now.Types) == 0 && (TypeOf(value) & old.Types) != 0))
            {
                yield return new Narrowing("type", "does not take the type of a value that it had");
            }
        }
        else if ((old.Types & ~now.Types) is not JsonTypes.None and var lost)
        {
            yield return new Narrowing("type", $"takes {Words(lost)} no more");
        }

        if (now.Values is { } after)
        {
            // An enumeration may have tens of thousands of values.
            var left = after.ToHashSet(JsonEquality.Instance);
            var gone = old.Values?.Where(value => !left.Contains(value)).ToList();
            if (gone is null)
            {
                yield return new Narrowing(now.Get("const") is null ? "enum" : "const", "takes only some values now");
            }
            else if (gone.Count > 0)
            {
                yield return new Narrowing("enum", $"takes {Reading.Preview.Of(gone[0])} no more");
            }
        }
    }

    /// <summary>Bounds of numbers, texts, arrays and objects.</summary>
    public static IEnumerable<Narrowing> OfBounds(SchemaFacts old, SchemaFacts now)
    {
        foreach (var (keyword, isLower, types) in Sizes.Where(size => (old.Types & size.Types) != 0))
        {
            if (now.Number(keyword) is { } bound && (isLower ? bound > (old.Number(keyword) ?? 0) : bound < (old.Number(keyword) ?? decimal.MaxValue)))
            {
                yield return new Narrowing(keyword, string.Create(CultureInfo.InvariantCulture, $"has {keyword} {bound} now"));
            }
        }

        if ((old.Types & (JsonTypes.Integer | JsonTypes.Fraction)) != 0)
        {
            foreach (var problem in OfNumbers(old, now))
            {
                yield return problem;
            }
        }

        if ((old.Types & JsonTypes.Array) != 0 && now.Get("uniqueItems") is { ValueKind: JsonValueKind.True } && old.Get("uniqueItems") is not { ValueKind: JsonValueKind.True })
        {
            yield return new Narrowing("uniqueItems", "takes no repeated elements any more");
        }
    }

    private static IEnumerable<Narrowing> OfNumbers(SchemaFacts old, SchemaFacts now)
    {
        if (!Covers(old, now, "minimum", "exclusiveMinimum", sign: 1))
        {
            yield return new Narrowing("minimum", "takes less small numbers");
        }

        if (!Covers(old, now, "maximum", "exclusiveMaximum", sign: -1))
        {
            yield return new Narrowing("maximum", "takes less large numbers");
        }

        if (now.Number("multipleOf") is { } step && (old.Number("multipleOf") is not { } before || before % step != 0)
            && !(step == 1 && (old.Types & JsonTypes.Fraction) == 0))
        {
            yield return new Narrowing("multipleOf", string.Create(CultureInfo.InvariantCulture, $"takes only multiples of {step} now"));
        }
    }

    /// <summary>True when every number on the good side of the old bound is on the good side of the new one. Written for lower bounds; upper ones with their sign turned.</summary>
    private static bool Covers(SchemaFacts old, SchemaFacts now, string inclusive, string exclusive, int sign)
    {
        var (newIn, newEx) = (now.Number(inclusive) * sign, now.Number(exclusive) * sign);
        var (oldIn, oldEx) = (old.Number(inclusive) * sign, old.Number(exclusive) * sign);
        var holdsIn = newIn is null || oldIn >= newIn || oldEx >= newIn;
        var holdsEx = newEx is null || oldIn > newEx || oldEx >= newEx;
        return holdsIn && holdsEx;
    }

    private static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.Object => JsonTypes.Object,
        _ => value.TryGetDecimal(out var number) && number == decimal.Truncate(number) ? JsonTypes.Integer : JsonTypes.Fraction,
    };

    private static string Words(JsonTypes types) =>
        string.Join(", ", Enum.GetValues<JsonTypes>().Where(one => one is not JsonTypes.None and not JsonTypes.All && types.HasFlag(one)).Select(one => one.ToString().ToLowerInvariant()));
}

/// <summary>One thing that is taken no more.</summary>
/// <param name="Keyword">Of the new schema.</param>
/// <param name="Message">Completes the sentence that starts with the path.</param>
internal sealed record Narrowing(string Keyword, string Message);
