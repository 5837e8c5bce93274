namespace Capns.Registry.Worker.Audit;

/// <summary>The ends of all chains, as they stand together, and what is wrong with each.</summary>
/// <remarks>
/// Every sealing signs all of them with one number. So a chain that somebody cut short and gave an end that was genuine once shows by its
/// smaller number, and one that was emptied altogether by having no signature while the others have one. Pure.
/// </remarks>
internal sealed class AuditHeads
{
    private readonly Dictionary<string, AuditChain> _chains;
    private readonly HashSet<string> _overgrown;
    private readonly AuditKeys _keys;

    /// <param name="chains">The rows that are there.</param>
    /// <param name="overgrown">Chains with entries behind their recorded end.</param>
    /// <param name="keys">Of this installation.</param>
    public AuditHeads(IEnumerable<AuditChain> chains, IEnumerable<string> overgrown, AuditKeys keys)
    {
        _keys = keys;
        _chains = chains.ToDictionary(chain => chain.Name, StringComparer.Ordinal);
        _overgrown = overgrown.ToHashSet(StringComparer.Ordinal);
        Generation = _chains.Values.Where(chain => chain.IsSigned(keys)).Select(chain => chain.Generation).DefaultIfEmpty(0).Max();
        Faults = AuditChain.Names.Select(name => (name, fault: Fault(name))).Where(pair => pair.fault is not null)
            .ToDictionary(pair => pair.name, pair => pair.fault!, StringComparer.Ordinal);
    }

    /// <summary>Number of the last sealing; 0 before the first.</summary>
    public long Generation { get; }

    /// <summary>Why a chain's end is not the one this installation wrote last, by chain.</summary>
    public IReadOnlyDictionary<string, string> Faults { get; }

    /// <summary>Chains without fault, in the order of their names.</summary>
    public IEnumerable<AuditChain> Sound => AuditChain.Names.Where(name => !Faults.ContainsKey(name)).Select(name => _chains[name]);

    /// <summary>The recorded ends of a chain; null when they are gone.</summary>
    public AuditChain? Find(string name) => _chains.GetValueOrDefault(name);

    /// <summary>The chains without fault with these ends, signed for the next sealing.</summary>
    /// <remarks>While one chain has a fault the number stands still: else its row, once restored, would look like an old one.</remarks>
    public IEnumerable<AuditChain> Next(IReadOnlyDictionary<string, AuditChain> changed) =>
        [.. Sound.Select(chain => (changed.GetValueOrDefault(chain.Name) ?? chain) with { Generation = Faults.Count == 0 ? Generation + 1 : Generation })
            .Select(chain => chain.Signed(_keys))];

    private string? Fault(string name)
    {
        if (Find(name) is not { } chain)
        {
            return $"The row of chain {name} in audit_chains is gone.";
        }

        if (_overgrown.Contains(name))
        {
            return $"Somebody wrote entries behind the end of chain {name}, which is entry {chain.Seq}.";
        }

        if (chain.Signature is null && chain.IsNew)
        {
            return Generation == 0 ? null : $"Chain {name} has lost its signed end; the others have theirs.";
        }

        if (!chain.IsSigned(_keys))
        {
            return $"The end of chain {name} is not signed with AUDIT_SIGNING_KEY.";
        }

        return chain.Generation == Generation ? null : $"The end of chain {name} is an old one: of sealing {chain.Generation}, where the last is {Generation}.";
    }
}
