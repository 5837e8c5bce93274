using Capns.Core.Media;

namespace Capns.Core.Caps;

/// <content>What the media URNs of a definition stand for (CapNs spec 9.2).</content>
public sealed partial record Cap
{
    /// <summary>Finds what a media URN stands for, here: an inline media spec, else one of a source.</summary>
    /// <param name="mediaUrn">As written; that of an argument or of the output, usually.</param>
    /// <param name="source">Where else to look. Default: the built-in media types.</param>
    /// <param name="cancellationToken">Ends the wait for <paramref name="source"/>.</param>
    /// <exception cref="UnresolvableMediaUrnException">Nobody knows it, or it is no media URN, or the source cannot be asked.</exception>
    public ValueTask<ResolvedMediaSpec> ResolveMediaUrnAsync(
        string mediaUrn, IMediaSpecSource? source = null, CancellationToken cancellationToken = default) =>
        MediaSpecResolution.ResolveAsync(mediaUrn, MediaSpecs, source ?? BuiltinMediaSpecs.Instance, cancellationToken);
}
