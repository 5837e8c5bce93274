using System.Diagnostics.CodeAnalysis;
using Capns.Core.Caps;
using Capns.Core.Matching.Explanations;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>Several matrices under one roof, in the order of their priority (CapNs spec 11.3).</summary>
/// <remarks>
/// Thread-safe. The matrices stay their owners' and may change at any time. A look-up takes no lock; it sees each matrix as it
/// is at one moment during the call. A request given as text must be a capability URN, see
/// <see cref="CapBlockOptions.FillsMissingDirections"/>.
/// </remarks>
/// <param name="options">Default: the default policy, strict requests.</param>
public sealed class CapBlock(CapBlockOptions? options = null)
{
    private readonly Lock _writing = new();
    private BlockSnapshot _snapshot = BlockSnapshot.Empty;

    /// <summary>How the block reads requests and chooses.</summary>
    public CapBlockOptions Options { get; } = options ?? new CapBlockOptions();

    /// <summary>The names of the matrices, the one that wins ties first.</summary>
    public IReadOnlyList<string> RegistryNames => [.. Snapshot.Registries.Select(registry => registry.Name)];

    internal BlockSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Adds a matrix behind those that are there.</summary>
    /// <param name="name">Compared with case.</param>
    /// <param name="matrix">Stays its owner's; what it holds later counts, too.</param>
    /// <exception cref="CapRegistryException">The name is taken.</exception>
    public void AddRegistry(string name, CapMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(matrix);
        lock (_writing)
        {
            if (_snapshot.Find(name) is not null)
            {
                throw new CapRegistryException($"a registry named '{name}' is already in the block");
            }

            Volatile.Write(ref _snapshot, new BlockSnapshot(_snapshot.Registries.Add((name, matrix))));
        }
    }

    /// <summary>Takes a matrix out.</summary>
    /// <returns>The matrix; null when there is none of that name.</returns>
    public CapMatrix? RemoveRegistry(string name)
    {
        lock (_writing)
        {
            var removed = _snapshot.Find(name);
            if (removed is not null)
            {
                Volatile.Write(ref _snapshot, new BlockSnapshot(_snapshot.Registries.RemoveAll(registry => registry.Name == name)));
            }

            return removed;
        }
    }

    /// <summary>The matrix of a name; null when there is none.</summary>
    public CapMatrix? GetRegistry(string name) => Snapshot.Find(name);

    /// <summary>The executor and the capability to choose for a request; a later matrix wins only with a higher score.</summary>
    /// <exception cref="NoSetsFoundException">None accepts it.</exception>
    public BestCapSetMatch FindBestCapSet(CapUrn request) =>
        TryFindBestCapSet(request, out var match)
            ? match
            : throw NoSetsFoundException.Among(Snapshot.Candidates(), request, Options.Policy);

    /// <inheritdoc cref="FindBestCapSet(CapUrn)" />
    /// <exception cref="InvalidUrnException">The text is no capability URN.</exception>
    public BestCapSetMatch FindBestCapSet(string request) => FindBestCapSet(ParseRequest(request));

    /// <summary>The executor and the capability to choose for a request, if any accepts it.</summary>
    public bool TryFindBestCapSet(CapUrn request, [NotNullWhen(true)] out BestCapSetMatch? match)
    {
        match = Snapshot.FindBest(request, Options.Policy);
        return match is not null;
    }

    /// <summary>True when some capability accepts the request.</summary>
    public bool CanHandle(CapUrn request) => Snapshot.CanHandle(request, Options.Policy);

    /// <summary>True when the text is a capability URN and some capability accepts it.</summary>
    public bool CanHandle(string request) =>
        RequestText.TryParse(request, Options.FillsMissingDirections, out var urn, out _) && CanHandle(urn);

    /// <summary>What calls the executor to choose for a request.</summary>
    /// <exception cref="NoSetsFoundException">None accepts it.</exception>
    public CapCaller Can(CapUrn request) => ToCaller(request, FindBestCapSet(request));

    /// <inheritdoc cref="Can(CapUrn)" />
    /// <exception cref="InvalidUrnException">The text is no capability URN.</exception>
    public CapCaller Can(string request) => Can(ParseRequest(request));

    /// <summary>What calls the executor to choose for a request, if any accepts it.</summary>
    public bool TryCan(CapUrn request, [NotNullWhen(true)] out CapCaller? caller)
    {
        caller = TryFindBestCapSet(request, out var match) ? ToCaller(request, match) : null;
        return caller is not null;
    }

    /// <summary>What calls the executor to choose for a request, if the text is a capability URN and any accepts it.</summary>
    public bool TryCan(string request, [NotNullWhen(true)] out CapCaller? caller)
    {
        caller = null;
        return RequestText.TryParse(request, Options.FillsMissingDirections, out var urn, out _) && TryCan(urn, out caller);
    }

    /// <summary>
    /// Says how the capability for a request is chosen, or why none is: every candidate with its scores or its first reason.
    /// </summary>
    /// <remarks>Looks at every capability. Candidates are labelled <c>registry/set</c>.</remarks>
    public RequestExplanation Explain(CapUrn request) => RequestExplanation.Of(Snapshot.Candidates(), request, Options.Policy);

    /// <inheritdoc cref="Explain(CapUrn)" />
    /// <exception cref="InvalidUrnException">The text is no capability URN.</exception>
    public RequestExplanation Explain(string request) => Explain(ParseRequest(request));

    /// <summary>An executor that chooses at each call anew, among the matrices that are in the block now.</summary>
    public CompositeCapSet ToCapSet() => new(Snapshot, Options.Policy, pinned: null);

    /// <summary>What leads from which type of data to which, by everything that is registered now.</summary>
    public CapGraph Graph() => CapGraph.Build(Snapshot);

    internal CapUrn ParseRequest(string request) => RequestText.Parse(request, Options.FillsMissingDirections);

    internal CapCaller ToCaller(CapUrn request, BestCapSetMatch match) =>
        ToCaller(request, match.Cap, new CompositeCapSet(Snapshot, Options.Policy, (request, match)));

    internal CapCaller ToCaller(CapUrn request, Cap definition, ICapSet set) =>
        new(request, set, definition, Options.MediaSpecs, Options.Validator);
}
