namespace Capns.Core.Urns;

/// <summary>Which table of codes an <see cref="UrnError"/> is from: 10 to 12 mean different things (CapNs spec 1.6, 4.3).</summary>
public enum UrnDomain
{
    /// <summary>Any tagged URN, <c>prefix:tags</c>.</summary>
    Tagged,

    /// <summary>A media URN, <c>media:tags</c>. Its own error, InvalidPrefix, has no code; the others are those of tagged URNs.</summary>
    Media,

    /// <summary>A capability URN, <c>cap:tags</c>.</summary>
    Cap,
}
