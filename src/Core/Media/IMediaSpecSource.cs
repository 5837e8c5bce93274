namespace Capns.Core.Media;

/// <summary>Knows what media URNs stand for: the built-in table, a cache, a registry. Safe to use from any number of threads.</summary>
public interface IMediaSpecSource
{
    /// <summary>Looks a media URN up. Spellings do not matter, tags do: nothing is guessed from a similar URN.</summary>
    /// <returns>Null when the source does not know it.</returns>
    /// <exception cref="MediaSourceUnreachableException">The source cannot be asked, so that nobody knows.</exception>
    ValueTask<MediaSpecDef?> FindAsync(MediaUrn urn, CancellationToken cancellationToken = default);
}
