using System.Text;
using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Media;
using Capns.Core.Urns;
using Capns.Core.Validation;
using Capns.Core.Versions;

namespace Capns.Core.Tests.Fuzzing;

/// <summary>A parser to try.</summary>
/// <param name="Name">As printed.</param>
/// <param name="Accepts">Whether it takes the text. Throws for anything but the documented error, and when what it took does not hold.</param>
/// <param name="BytesPerCharacter">The most that may be allocated for each character of the text, beside <paramref name="FixedBytes"/>.</param>
/// <param name="FixedBytes">The most that may be allocated for a text of any length, beside <paramref name="BytesPerCharacter"/>.</param>
/// <param name="OneIn">Only one in so many texts is tried, because each costs much; 1 and up.</param>
public sealed record FuzzTarget(string Name, Func<string, bool> Accepts, int BytesPerCharacter, int FixedBytes = 100_000, int OneIn = 1)
{
    /// <summary>The longest that a text of any length may take, beside what each of its characters may.</summary>
    public TimeSpan FixedTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What the tables of one regular expression without backtracking may take: those of .NET start at 400 KB.</summary>
    private const int PatternBytes = 2_000_000;

    /// <summary>The same for one with as many different characters as are run without backtracking: 48.</summary>
    private const int RichPatternBytes = 20_000_000;

    /// <summary>A group of a pattern, two characters, takes about 4 KB in .NET's own tree.</summary>
    private const int PatternBytesPerCharacter = 4000;

    /// <summary>Every parser of Core that takes text from outside.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("TaggedUrn", TaggedUrnHolds, 200),
        new("MediaUrn", MediaUrnHolds, 200),
        new("CapUrn", CapUrnHolds, 400),
        new("CapUrn.Parse", ThrowsOnlyUrnException, 400),
        new("CapUrn.ParseRequest", CapRequestHolds, 400),
        new("CapUrn JSON", CapUrnJsonHolds, 400),
        new("Cap JSON", CapHolds, 2000),
        new("CapManifest JSON", ManifestHolds, 2000),
        new("MediaSpecDef JSON", MediaSpecHolds, 2000),
        new("JsonSchema", SchemaCompiles, PatternBytesPerCharacter, PatternBytes),
        new("Pattern of a rule", RulePatternHolds, PatternBytesPerCharacter, RichPatternBytes, OneIn: 9) { FixedTime = TimeSpan.FromMilliseconds(300) },
        new("SemVersion", text => SemVersion.TryParse(text, out var version, out var error)
            ? Require(SemVersion.Parse(version.ToString()) == version) : !Require(error is not null), 200),
        new("VersionRange", text => VersionRange.TryParse(text, out _, out var error) || !Require(error is not null), 400),
    ];

    private static bool TaggedUrnHolds(string text)
    {
        var isValid = TaggedUrn.TryParse(text, out var urn, out var error);
        Require(Equals(TaggedUrn.Validate(text), error));
        return isValid ? Require(TaggedUrn.Parse(urn!.ToString()) == urn && TaggedUrn.Canonical(urn.ToString()) == urn.ToString()) : !Require(error is not null);
    }

    private static bool MediaUrnHolds(string text)
    {
        var isValid = MediaUrn.TryParse(text, out var urn, out var error);
        Require(Equals(MediaUrn.Validate(text), error));
        return isValid ? Require(MediaUrn.Parse(urn!.ToString()) == urn) : !Require(error is not null);
    }

    private static bool CapUrnHolds(string text)
    {
        var isValid = CapUrn.TryParse(text, out var urn, out var error);
        Require(Equals(CapUrn.Validate(text), error));
        return isValid ? Require(CapUrn.Parse(urn!.ToString()) == urn && urn.Accepts(urn)) : !Require(error is not null);
    }

    private static bool CapRequestHolds(string text) =>
        CapUrn.TryParseRequest(text, out var request, out var error) ? Require(CapUrn.Parse(request.ToString()) == request) : !Require(error is not null);

    private static bool ThrowsOnlyUrnException(string text)
    {
        try
        {
            _ = CapUrn.Parse(text);
            return true;
        }
        catch (UrnException)
        {
            return false;
        }
    }

    private static bool CapUrnJsonHolds(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<CapUrn>(Encoding.UTF8.GetBytes(text)) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool CapHolds(string text) =>
        Cap.TryParse(text, out var cap, out var error) ? Require(Cap.Parse(cap.ToJson()).Equals(cap)) : !Require(error is not null);

    private static bool ManifestHolds(string text)
    {
        var isReadable = CapManifest.TryReadLeniently(text, out _, out var problem);
        Require(isReadable || problem is not null);
        return CapManifest.TryParse(text, out var manifest, out var error)
            ? Require(isReadable && CapManifest.Parse(manifest.ToJson()).Equals(manifest)) : !Require(error is not null);
    }

    private static bool MediaSpecHolds(string text) => MediaSpecDef.TryParse(text, out _, out var error) || !Require(error is not null);

    private static bool RulePatternHolds(string text)
    {
        var spec = new MediaSpecDef { Urn = "media:own", MediaType = "text/plain", Title = "t", Validation = new MediaValidation { Pattern = text } };
        var cap = new Cap { Urn = CapUrn.Parse("cap:in;out"), Title = "t", Command = "c", MediaSpecs = [spec] };
        var answer = new CallValidator().ValidateDefinitionAsync(cap).AsTask();
        return Require(answer.IsCompletedSuccessfully)
            && (answer.Result.IsValid || !Require(answer.Result.Error!.Kind == CapValidationErrorKind.InvalidCapSchema));
    }

    private static bool SchemaCompiles(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(text));
            return JsonSchema.TryCompile(document.RootElement, out _, out var error) || !Require(error is not null);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Require(bool holds) => holds ? true : throw new InvalidOperationException("What was read does not hold.");
}
