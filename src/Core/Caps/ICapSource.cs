using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Caps;

/// <summary>Knows the definitions of capabilities by their URN: a cache, a registry. Safe to use from any number of threads.</summary>
public interface ICapSource
{
    /// <summary>Looks a definition up by the canonical form of its URN; nothing is matched.</summary>
    /// <returns>Null when the source does not know it.</returns>
    /// <exception cref="MediaSourceUnreachableException">The source cannot be asked, so that nobody knows.</exception>
    ValueTask<Cap?> FindAsync(CapUrn urn, CancellationToken cancellationToken = default);
}
