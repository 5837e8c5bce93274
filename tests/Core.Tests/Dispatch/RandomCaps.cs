using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>Capability URNs of a small vocabulary, so that many match each other; the same for the same seed.</summary>
/// <param name="seed">Chooses all.</param>
/// <param name="operations">How many; few URNs have no <c>op</c>, or <c>*</c>.</param>
/// <param name="rareKeys">Keys beside the usual ones, of which some URNs have one.</param>
internal sealed class RandomCaps(int seed, int operations = 12, int rareKeys = 0)
{
    private static readonly string[] Directions =
    [
        "*", "*", "media:", "media:bytes", "media:pdf;bytes", "media:bytes;image;png",
        "media:bytes;image", "media:bytes;image;png;thumbnail",
        "media:textable", "media:textable;form=scalar", "media:textable;form=list", "media:textable;form=map", "media:textable;form=*",
        "media:textable;form=?", "media:bytes;locked=!", "media:bytes;locked", "media:text;lang=de",
        "media:text;lang=en", "media:text;lang",
        "media:text;lang=?", "media:text;lang=!", "media:void", "media:json;textable;form=map",
        "media:bytes;size=big;locked=no", "media:a=!;b=?",
    ];

    private static readonly (string Key, double Likelihood, string[] Values)[] Tags =
    [
        ("ext", 0.5, ["pdf", "png", "wav", "*", "?", "!"]),
        ("language", 0.25, ["de", "en", "*", "!"]),
        ("quality", 0.15, ["high", "low", "?", "*"]),
        ("candle", 0.15, ["*", "!", "yes"]),
        ("target", 0.15, ["a", "b", "?"]),
        ("zone", 0.1, ["x", "*"]),
    ];

    private readonly Random _random = new(seed);

    public CapUrn Next()
    {
        var builder = new CapUrnBuilder().In(Pick(Directions)).Out(Pick(Directions));
        _ = _random.Next(operations * 2) switch
        {
            0 => builder,
            1 => builder.Marker("op"),
            var drawn => builder.Tag("op", $"op{drawn / 2}"),
        };
        foreach (var (key, likelihood, values) in Tags)
        {
            if (_random.NextDouble() < likelihood)
            {
                builder.Tag(key, Pick(values));
            }
        }

        var hasRareKey = rareKeys > 0 && _random.NextDouble() < 0.3;
        return (hasRareKey ? builder.Tag($"k{_random.Next(rareKeys)}", Pick(["1", "2", "*"])) : builder).Build();
    }

    public CapUrn[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    public int Below(int bound) => _random.Next(bound);

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];
}
