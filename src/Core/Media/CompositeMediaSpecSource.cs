namespace Capns.Core.Media;

/// <summary>Several sources in one: the first that knows a media URN answers.</summary>
public sealed class CompositeMediaSpecSource : IMediaSpecSource
{
    private readonly IMediaSpecSource[] _sources;

    /// <summary>Takes the sources in the order in which they are asked.</summary>
    public CompositeMediaSpecSource(params ReadOnlySpan<IMediaSpecSource> sources) => _sources = sources.ToArray();

    /// <inheritdoc />
    /// <exception cref="MediaSourceUnreachableException">No source knows it, and at least one could not be asked: the first such.</exception>
    public async ValueTask<MediaSpecDef?> FindAsync(MediaUrn urn, CancellationToken cancellationToken = default)
    {
        MediaSourceUnreachableException? unreachable = null;
        foreach (var source in _sources)
        {
            try
            {
                if (await source.FindAsync(urn, cancellationToken) is { } found)
                {
                    return found;
                }
            }
            catch (MediaSourceUnreachableException exception)
            {
                // A later source may know it all the same.
                unreachable ??= exception;
            }
        }

        return unreachable is null ? null : throw new MediaSourceUnreachableException(unreachable.Message, unreachable);
    }
}
