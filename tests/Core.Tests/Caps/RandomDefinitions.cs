using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Tests.Validation;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Caps;

/// <summary>Definitions from a seed, valid in shape and often not by the rules: the same seed gives the same definition.</summary>
internal sealed class RandomDefinitions(int seed)
{
    private static readonly string[] Words =
        ["", "a", "media:a;b", "media:b;a", "media:void", "my:x", "--flag", "-h", "\"quoted\\\"", "/~", "é\u0301", "\U0001f432", "\0\n<&>", "\u2028"];

    private static readonly string[] Urns =
        ["cap:in;out", "cap:in=media:void;op=demo;out=\"media:b;a\"", "cap:in=\"media:x;ext=\\\"A\\\"\";out=*;note=\"a b\\\\\"", "cap:in=*;out=media:;é=1;ready"];

    private readonly Random _random = new(seed);

    private readonly RandomJson _json = new(seed);

    public Cap Cap() => new()
    {
        Urn = CapUrn.Parse(Pick(Urns)),
        Title = Word(),
        Command = Word(),
        Description = Maybe(Word),
        Metadata = Many(Word).Distinct().ToDictionary(key => key, _ => Word()),
        MediaSpecs = Many(MediaSpec),
        Args = Many(Arg),
        Output = Maybe(() => new CapOutput { MediaUrn = Word(), Description = Word(), Metadata = Json() }),
        MetadataJson = Json(),
        RegisteredBy = Maybe(() => new RegisteredBy(Word(), Word())),
    };

    public CapManifest Manifest() => new()
    {
        Name = Word(),
        Version = Word(),
        Description = Word(),
        Caps = Many(Cap),
        Author = Maybe(Word),
        PageUrl = Maybe(Word),
    };

    public string Mutate(string json) => _json.Mutate(json);

    private MediaSpecDef MediaSpec() => new()
    {
        Urn = Word(),
        MediaType = Word(),
        Title = Word(),
        ProfileUri = Maybe(Word),
        Schema = Json(),
        Description = Maybe(Word),
        Validation = Maybe(() => new MediaValidation
        {
            Min = _random.Next(2) == 0 ? null : double.MinValue * _random.NextDouble(),
            Max = _random.Next(2) == 0 ? null : _random.NextDouble(),
            MinLength = _random.Next(2) == 0 ? null : _random.Next(),
            MaxLength = _random.Next(2) == 0 ? null : int.MaxValue,
            Pattern = Maybe(Word),
            AllowedValues = Maybe(() => Many(Word)),
        }),
        Metadata = Json(),
        Extensions = Many(Word),
    };

    private CapArg Arg() => new()
    {
        MediaUrn = _random.Next(4) == 0 ? Word() : $"media:arg{_random.Next(10)}",
        Required = _random.Next(2) == 0,
        Sources = _random.Next(4) == 0 ? Many(Source) : [Source()],
        Description = Maybe(Word),
        DefaultValue = Json(),
        Metadata = Json(),
    };

    private ArgSource Source() => _random.Next(3) switch
    {
        0 => new ArgSource.Stdin(Word()),
        1 => new ArgSource.Position(_random.Next(3)),
        _ => new ArgSource.CliFlag(_random.Next(2) == 0 ? Word() : "--flag"),
    };

    private JsonElement? Json() => _random.Next(2) == 0 ? null : _json.Value();

    private string Word() => Pick(Words);

    private T? Maybe<T>(Func<T> make)
        where T : class =>
        _random.Next(2) == 0 ? null : make();

    private List<T> Many<T>(Func<T> make) => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => make())];

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
