using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>An executor of capabilities: a provider, a plugin, a bus (CapNs spec 11.1).</summary>
/// <remarks>Called by many at once, and not owned by any one call. <see cref="UnifiedArguments"/> offers the form with unified
/// arguments.</remarks>
public interface ICapSet
{
    /// <summary>Does what a request asks for, once.</summary>
    /// <param name="request">What the caller asked for, which is not the name of the capability that was chosen for it.</param>
    /// <param name="call">What it is done with.</param>
    /// <param name="cancellationToken">Stops the work, and nothing comes of it any more.</param>
    /// <returns>Bytes or text; the caller takes a result with neither for an error.</returns>
    Task<CapResult> ExecuteAsync(CapUrn request, CapCall call, CancellationToken cancellationToken = default);
}
