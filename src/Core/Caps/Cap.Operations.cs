using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Caps;

/// <content>Operations (CapNs spec 7.2). All leave the definition as it is.</content>
public sealed partial record Cap
{
    /// <summary>The name in canonical form.</summary>
    public string UrnString => Urn.ToString();

    /// <summary>What is expected on standard input: the first such source, in the order of the arguments. Null: none.</summary>
    public string? StdinMediaUrn => Args.Select(arg => arg.Stdin).FirstOrDefault(stdin => stdin is not null)?.MediaUrn;

    /// <summary>True when an argument may come from standard input.</summary>
    public bool AcceptsStdin => StdinMediaUrn is not null;

    /// <summary>The arguments that a call has to give, in order.</summary>
    public IEnumerable<CapArg> RequiredArgs => Args.Where(arg => arg.Required);

    /// <summary>The arguments that a call may leave out, in order.</summary>
    public IEnumerable<CapArg> OptionalArgs => Args.Where(arg => !arg.Required);

    /// <summary>The arguments with a position, by position.</summary>
    public IEnumerable<CapArg> PositionalArgs => Args.Where(arg => arg.Position is not null).OrderBy(arg => arg.Position!.Index);

    /// <summary>True when this can do what is asked for.</summary>
    /// <param name="request">A capability URN with both directions.</param>
    /// <exception cref="UrnException">The request is none.</exception>
    public bool AcceptsRequest(string request) => AcceptsRequest(CapUrn.Parse(request));

    /// <summary>True when this can do what is asked for.</summary>
    public bool AcceptsRequest(CapUrn request) => Urn.Accepts(request);

    /// <summary>True when both can do what is asked for, and this is the more specific one.</summary>
    /// <param name="other">Another definition.</param>
    /// <param name="request">A capability URN with both directions.</param>
    /// <exception cref="UrnException">The request is none.</exception>
    public bool IsMoreSpecificThan(Cap other, string request) => IsMoreSpecificThan(other, CapUrn.Parse(request));

    /// <inheritdoc cref="IsMoreSpecificThan(Cap, string)" path="/summary" />
    public bool IsMoreSpecificThan(Cap other, CapUrn request) =>
        AcceptsRequest(request) && other.AcceptsRequest(request) && Urn.IsMoreSpecificThan(other.Urn);

    /// <summary>The argument with a media URN; null when there is none.</summary>
    /// <param name="mediaUrn">Compared as it is written.</param>
    public CapArg? FindArg(string mediaUrn) => Args.FirstOrDefault(arg => arg.MediaUrn == mediaUrn);

    /// <summary>The value of an entry of <see cref="Metadata"/>; null when there is none.</summary>
    public string? GetMetadata(string key) => Metadata.GetValueOrDefault(key);

    /// <summary>True when <see cref="Metadata"/> has an entry.</summary>
    public bool HasMetadata(string key) => Metadata.ContainsKey(key);

    /// <summary>A copy with an entry of <see cref="Metadata"/> set.</summary>
    public Cap WithMetadata(string key, string value) =>
        this with { Metadata = new Dictionary<string, string>(Metadata, StringComparer.Ordinal) { [key] = value } };

    /// <summary>A copy without an entry of <see cref="Metadata"/>; unchanged when there is none.</summary>
    public Cap WithoutMetadata(string key) =>
        HasMetadata(key) ? this with { Metadata = Metadata.Where(entry => entry.Key != key).ToDictionary(StringComparer.Ordinal) } : this;

    /// <summary>A copy with one argument more, at the end.</summary>
    public Cap WithArg(CapArg arg) => this with { Args = [.. Args, arg] };

    /// <summary>A copy with one inline media spec more, at the end.</summary>
    public Cap WithMediaSpec(MediaSpecDef spec) => this with { MediaSpecs = [.. MediaSpecs, spec] };

    /// <summary>The inline media spec for a media URN: one that is written the same, else one that is the same URN.</summary>
    /// <returns>Null when there is none.</returns>
    /// <remarks>The first step of CapNs spec 9.2.</remarks>
    public MediaSpecDef? FindInlineMediaSpec(string mediaUrn)
    {
        if (MediaSpecs.Count == 0)
        {
            return null;
        }

        return MediaSpecs.FirstOrDefault(spec => spec.Urn == mediaUrn)
            ?? (MediaUrn.TryParse(mediaUrn, out var wanted, out _)
                ? MediaSpecs.FirstOrDefault(spec => MediaUrn.TryParse(spec.Urn, out var urn, out _) && urn == wanted)
                : null);
    }
}
