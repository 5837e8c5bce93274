using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Matching;
using Capns.Core.Matching.Explanations;
using Capns.Core.Urns;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>Who provides what, at one moment: a block of <c>providers</c> before <c>plugins</c> (platform spec 3.14). Immutable; readers take no lock.</summary>
internal sealed class CapabilitySnapshot
{
    /// <summary>How a candidate is labelled, in front of its slug: sentences then say what it is.</summary>
    public const string LabelPrefix = "tool ";

    private readonly CapBlock _block = new();
    private readonly CapMatrix _providers;
    private readonly ImmutableDictionary<string, ToolProvider> _byId;
    private readonly IToolExecution _execution;

    /// <summary>Builds the block.</summary>
    /// <param name="state">What the catalogue holds.</param>
    /// <param name="execution">Runs a tool for a call that is made through the block.</param>
    public CapabilitySnapshot(CatalogueState state, IToolExecution execution)
        : this(state, execution, new CapMatrix(), ImmutableDictionary.Create<string, ToolProvider>(StringComparer.Ordinal), state.Tools)
    {
    }

    /// <param name="state">What the catalogue holds.</param>
    /// <param name="execution">Runs a tool for a call that is made through the block.</param>
    /// <param name="providers">This snapshot's own; holds those that have not changed.</param>
    /// <param name="byId">The same.</param>
    /// <param name="added">New and changed ones, in the order of registration.</param>
    private CapabilitySnapshot(
        CatalogueState state, IToolExecution execution, CapMatrix providers, ImmutableDictionary<string, ToolProvider> byId, IEnumerable<ToolProvider> added)
    {
        Revision = state.Revision;
        Tools = state.Tools;
        (_providers, _execution) = (providers, execution);
        var known = byId.ToBuilder();
        foreach (var tool in added)
        {
            // One that provides nothing now stands in it too: so it keeps its place until it does.
            var id = tool.ToolId.ToString();
            known[id] = tool;
            providers.RegisterCapSet(id, new ToolCapSet(tool, execution), tool.Unavailable is null ? tool.Offered.Caps : []);
        }

        _byId = known.ToImmutable();

        // Plugins have no executor yet: theirs is empty, and stands behind the tools already.
        _block.AddRegistry(CapService.ProvidersName, providers);
        _block.AddRegistry(CapService.PluginsName, new CapMatrix());
    }

    /// <summary>What came of this one: takes time for what has changed, not for all that there is.</summary>
    public CapabilitySnapshot With(CatalogueState state)
    {
        if (state.Changed is not { } changed)
        {
            return new CapabilitySnapshot(state, _execution);
        }

        var added = state.Tools.Where(tool => changed.Contains(tool.ToolId)).ToList();
        var last = Tools.Count == 0 ? null : Tools[^1];
        if (last is not null && added.Exists(tool => !_byId.ContainsKey(tool.ToolId.ToString()) && RegistrationOrder.Compare(tool, last) < 0))
        {
            // By a clock that is behind: its place is between others.
            return new CapabilitySnapshot(state, _execution);
        }

        var (providers, byId) = (_providers.Copy(), _byId);
        foreach (var id in changed.Except(added.Select(tool => tool.ToolId)).Select(gone => gone.ToString()))
        {
            providers.UnregisterCapSet(id);
            byId = byId.Remove(id);
        }

        return new CapabilitySnapshot(state, _execution, providers, byId, added);
    }

    /// <summary>Which state of the catalogue it shows; 0 before the first was read.</summary>
    public long Revision { get; }

    /// <summary>Everything that is not archived, in the order of registration.</summary>
    public IReadOnlyList<ToolProvider> Tools { get; }

    /// <summary>The block itself.</summary>
    public CapBlock Block => _block;

    /// <summary>The tools that may run now.</summary>
    public IEnumerable<ToolProvider> Available => Tools.Where(tool => tool.Unavailable is null);

    /// <summary>The provider to choose: the highest specificity, of those alike the one registered first.</summary>
    public bool TryFindBest(CapUrn request, [NotNullWhen(true)] out ProvidedCapability? best)
    {
        best = _block.TryFindBestCapSet(request, out var match)
            ? new ProvidedCapability(_byId[match.SetName], match.Cap, match.Specificity)
            : null;
        return best is not null;
    }

    /// <summary>Every tool that may run now and accepts the request, with its best capability: the one that is chosen first.</summary>
    public IReadOnlyList<ProvidedCapability> FindAll(CapUrn request) => Order(Available, request);

    /// <summary>Every tool that accepts the request, also one that may not run now; the most specific first, of those alike the one registered first.</summary>
    public IReadOnlyList<ProvidedCapability> FindAccepting(CapUrn request) => Order(Tools, request);

    /// <summary>Every tool that would accept the request, were it not switched off.</summary>
    public IReadOnlyList<ProvidedCapability> FindUnavailable(CapUrn request) => Order(Tools.Where(tool => tool.Unavailable is not null), request);

    /// <summary>The capabilities of tools that may run now and refuse the request, the nearest first.</summary>
    public IReadOnlyList<NearestCap> FindNearest(CapUrn request) => NearestCaps.Find(Candidates, request);

    /// <summary>Why the best is the best, and what is wrong with the others.</summary>
    public RequestExplanation Explain(CapUrn request) => RequestExplanation.Of(Candidates, request);

    private IEnumerable<CandidateCap> Candidates =>
        Available.SelectMany(tool => tool.Offered.Urns, (tool, urn) => new CandidateCap(LabelPrefix + tool.Slug, urn));

    private static IReadOnlyList<ProvidedCapability> Order(IEnumerable<ToolProvider> tools, CapUrn request) =>
    [
        .. from tool in tools
           let matched = Best(tool, request)
           where matched is not null
           orderby matched.Urn.Specificity descending
           select new ProvidedCapability(tool, matched, matched.Urn.Specificity),
    ];

    private static Cap? Best(ToolProvider tool, CapUrn request) =>
        CapMatcher.FindBestMatch(tool.Offered.Urns, request) is { } urn ? tool.Offered.Caps.First(cap => ReferenceEquals(cap.Urn, urn)) : null;
}

/// <summary>A capability and who provides it.</summary>
/// <param name="Tool">The provider.</param>
/// <param name="Cap">The definition of the capability that accepts the request.</param>
/// <param name="Specificity">Its score (CapNs spec 6.1, reference).</param>
internal sealed record ProvidedCapability(ToolProvider Tool, Cap Cap, int Specificity);
