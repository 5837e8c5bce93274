using Capns.Core.Matching;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>An executor that hands each call on to the best executor of several matrices (CapNs spec 11.4).</summary>
/// <remarks>
/// Made by <see cref="CapBlock.Can(CapUrn)"/>, it keeps to what was chosen then, whose definition the arguments are checked
/// against, and chooses anew only once that is no longer registered. Made by <see cref="CapBlock.ToCapSet"/>, it chooses at
/// every call. The matrices are those of the block when it was made. Thread-safe.
/// </remarks>
public sealed class CompositeCapSet : ICapSet
{
    private readonly BlockSnapshot _block;
    private readonly SelectionPolicy _policy;
    private readonly (CapUrn Request, BestCapSetMatch Match)? _pinned;

    internal CompositeCapSet(BlockSnapshot block, SelectionPolicy policy, (CapUrn Request, BestCapSetMatch Match)? pinned)
    {
        _block = block;
        _policy = policy;
        _pinned = pinned;
    }

    /// <summary>The names of the matrices it chooses among, the one that wins ties first.</summary>
    public IReadOnlyList<string> RegistryNames => [.. _block.Registries.Select(registry => registry.Name)];

    /// <summary>What a call would run now; null when nothing accepts the request.</summary>
    public BestCapSetMatch? Choose(CapUrn request) =>
        _pinned is { } pinned && pinned.Request.Equals(request) && _block.Holds(pinned.Match)
            ? pinned.Match
            : _block.FindBest(request, _policy);

    /// <summary>What leads from which type of data to which, by everything that is registered now.</summary>
    public CapGraph Graph() => CapGraph.Build(_block);

    /// <inheritdoc />
    /// <exception cref="NoSetsFoundException">Nothing accepts the request (any more).</exception>
    public Task<CapResult> ExecuteAsync(CapUrn request, CapCall call, CancellationToken cancellationToken = default) =>
        Choose(request) is { } match
            ? match.Set.ExecuteAsync(request, call, cancellationToken)
            : Task.FromException<CapResult>(NoSetsFoundException.AtCall(_block.Candidates(), request, _policy));
}
