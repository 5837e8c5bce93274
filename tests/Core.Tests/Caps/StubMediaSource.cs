using Capns.Core.Media;

namespace Capns.Core.Tests.Caps;

/// <summary>Has a spec for each of some media URNs, and counts how often it is asked.</summary>
public sealed class StubMediaSource(IEnumerable<string> known) : IMediaSpecSource
{
    private readonly HashSet<MediaUrn> _known = [.. known.Select(MediaUrn.Parse)];

    public List<MediaUrn> Asked { get; } = [];

    /// <summary>What cannot be asked for.</summary>
    public Predicate<MediaUrn> IsUnreachable { get; init; } = _ => false;

    public ValueTask<MediaSpecDef?> FindAsync(MediaUrn urn, CancellationToken cancellationToken = default)
    {
        Asked.Add(urn);
        return IsUnreachable(urn) ? throw new MediaSourceUnreachableException("no network")
            : ValueTask.FromResult(_known.Contains(urn) ? new MediaSpecDef { Urn = urn.ToString(), MediaType = "x/y", Title = "t" } : null);
    }
}
