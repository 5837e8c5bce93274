namespace Capns.Core.Media;

/// <summary>Finds what a media URN stands for (CapNs spec 9.2). Nothing is guessed, and nothing found is checked.</summary>
public static class MediaSpecResolution
{
    /// <summary>Looks in a capability's own specs, then in a source.</summary>
    /// <param name="mediaUrn">The reference, as written.</param>
    /// <param name="ownSpecs">
    /// The capability's own. One with just this text wins, then one that is the same URN; both win over a built-in one.
    /// </param>
    /// <param name="source">Where else to look; several in order: <see cref="CompositeMediaSpecSource"/>.</param>
    /// <param name="cancellationToken">Ends the wait for the source.</param>
    /// <exception cref="UnresolvableMediaUrnException">Nobody knows it, or it is no media URN, or the source cannot be asked.</exception>
    public static async ValueTask<ResolvedMediaSpec> ResolveAsync(
        string mediaUrn, IReadOnlyList<MediaSpecDef> ownSpecs, IMediaSpecSource source, CancellationToken cancellationToken = default)
    {
        var isUrn = MediaUrn.TryParse(mediaUrn, out var urn, out var error);
        if (FindOwn(mediaUrn, urn, ownSpecs) is { } own)
        {
            return ResolvedMediaSpec.From(mediaUrn, urn, own);
        }

        if (!isUrn)
        {
            throw new UnresolvableMediaUrnException(mediaUrn, $"not found in media_specs, and not a media URN: {error!.Message}");
        }

        try
        {
            return await source.FindAsync(urn!, cancellationToken) is { } found
                ? ResolvedMediaSpec.From(mediaUrn, urn, found)
                : throw new UnresolvableMediaUrnException(mediaUrn, "not found in media_specs, built-in specs or registry");
        }
        catch (MediaSourceUnreachableException exception)
        {
            throw new UnresolvableMediaUrnException(
                mediaUrn,
                $"not found in media_specs or built-in specs, and not every source could be asked: {exception.Message}",
                exception);
        }
    }

    /// <summary>The spec among a capability's own that a reference names; null when there is none.</summary>
    /// <param name="mediaUrn">As written.</param>
    /// <param name="urn">The same parsed; null when it is no media URN.</param>
    /// <param name="ownSpecs">In order; the first counts.</param>
    private static MediaSpecDef? FindOwn(string mediaUrn, MediaUrn? urn, IReadOnlyList<MediaSpecDef> ownSpecs) =>
        ownSpecs.FirstOrDefault(spec => spec.Urn == mediaUrn)
        ?? (urn is null ? null : ownSpecs.FirstOrDefault(spec => MediaUrn.TryParse(spec.Urn, out var own, out _) && own == urn));
}
