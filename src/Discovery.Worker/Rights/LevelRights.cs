using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Rights;

/// <summary>What a caller may run of one level. Thread-safe.</summary>
/// <remarks>
/// What a tool's answer depends on is which kinds of policies name it, and whether a grant does. Tools for which that is the same have the
/// same answer: <see cref="AccessAlgebra"/> is asked once for each such set of kinds.
/// </remarks>
internal sealed class LevelRights
{
    private const int MostKinds = 127;

    /// <summary>A tool that no rule names.</summary>
    private static readonly Guid Nowhere = new("5a1f0c0e-9d53-4b0e-8a45-6f2f0e7d1c3b");

    /// <summary>The bit of policies of more kinds than there are bits: tools that they name are judged one by one.</summary>
    private static readonly UInt128 Unkind = UInt128.One << MostKinds;

    private readonly Asking _asking;
    private readonly PolicyRule[] _fitting;
    private readonly PolicyRule[] _general;
    private readonly NamedTools[] _naming;
    private readonly NamedIndex[] _indexes;
    private readonly UInt128[] _kinds;
    private readonly HashSet<Guid> _granted;
    private readonly AccessEffect _usual;
    private readonly ConcurrentDictionary<UInt128, AccessEffect> _known = new();

    public LevelRights(Asking asking, SecurityLevel level)
    {
        (_asking, Level) = (asking, level);
        var question = asking.Question(Probe());
        // No rule is about the platform itself.
        _fitting = asking.Caller.Kind == CallerKind.Platform ? [] : [.. asking.Rules.Policies.Where(policy =>
            NamedTools.Without(policy).Match.Fits(asking.Caller, question, asking.Now, claimed: policy.Effect != Policy.Allow))];
        _general = [.. _fitting.Where(policy => !NamedTools.IsNaming(policy))];
        _naming = [.. _fitting.Where(NamedTools.IsNaming).Select(NamedTools.Of)];
        _indexes = [.. _naming.Chunk(NamedIndex.Most).Select(some => new NamedIndex(some))];
        _kinds = Kinds(_naming);
        _granted = Granted(question);
        _usual = asking.Decide(Probe(), _general);
        GivesAny = _usual != AccessEffect.Denied || CouldGive();
    }

    public SecurityLevel Level { get; }

    /// <summary>False: the caller may run no tool of this level, whatever it is. True: some, if there are such tools.</summary>
    public bool GivesAny { get; }

    /// <summary>What the rules say of a tool of this level.</summary>
    public AccessEffect Effect(CatalogueTool tool)
    {
        if (!GivesAny)
        {
            return AccessEffect.Denied;
        }

        var set = _granted.Count > 0 && _granted.Contains(tool.Id) ? UInt128.One : 0;
        for (var index = 0; index < _indexes.Length; index++)
        {
            for (var fitting = _indexes[index].Of(tool); fitting != 0; fitting &= fitting - 1)
            {
                set |= _kinds[(index * NamedIndex.Most) + (int)UInt128.TrailingZeroCount(fitting)];
            }
        }

        return set == 0 ? _usual
            : (set & Unkind) != 0 ? Decide(tool)
            : _known.GetOrAdd(set, static (_, it) => it.Rights.Decide(it.Tool), (Rights: this, Tool: tool));
    }

    /// <summary>All that <see cref="Effect"/> depends on: equal texts, equal answers for every tool.</summary>
    public void Describe(StringBuilder text)
    {
        text.Append(Level).Append(':').Append(GivesAny ? _usual : AccessEffect.Denied);
        if (GivesAny && (_naming.Length > 0 || _granted.Count > 0))
        {
            // Which general policies want approvals, and of whom, decides whether those of a naming one can be had too.
            text.Append(JsonSerializer.Serialize(new
            {
                given = _asking.Decide(Probe(), [.. _general.Where(policy => policy.Effect == Policy.Allow)]),
                approvers = _general.Where(policy => policy.Effect != Policy.Allow).Select(policy => policy.Approvers),
                naming = _naming.Select(tools => tools.Policy).Select(
                    policy => new { policy.Effect, policy.Approvers, policy.Match.ToolIds, policy.Match.Tags, policy.Match.Categories }),
                granted = _granted.Order(),
            }));
        }

        text.Append('\n');
    }

    private AccessEffect Decide(CatalogueTool tool) =>
        _asking.Decide(new ToolFacts(tool.Id, tool.Slug, tool.Level, tool.Category, tool.Tags, tool.Owner), _fitting);

    /// <summary>
    /// A bit for each policy; the same bit for those of which it makes no difference which one it is: what they do, and who must approve, is
    /// the same. The first bit is the grants'.
    /// </summary>
    private static UInt128[] Kinds(NamedTools[] naming)
    {
        var bits = new Dictionary<string, UInt128>(StringComparer.Ordinal);
        return [.. naming.Select(tools =>
        {
            var (effect, approvers) = (tools.Policy.Effect, tools.Policy.Approvers);
            var kind = effect == Policy.RequireApproval ? string.Join('\n', approvers.Prepend(effect)) : effect;
            return bits.TryGetValue(kind, out var bit) ? bit
                : bits[kind] = bits.Count + 1 < MostKinds ? UInt128.One << (bits.Count + 1) : Unkind;
        })];
    }

    private HashSet<Guid> Granted(AccessQuestion question) =>
        [.. AccessAlgebra.GrantsOf(_asking.Caller, question, _asking.Rules)
            .Where(grant => grant.Rule.ToolId is { } id
                && grant.Rule.Gives(question with { Tool = question.Tool! with { Id = id } }, _asking.Caller.Projects, _asking.Now))
            .Select(grant => grant.Rule.ToolId!.Value)];

    /// <summary>Whether a tool would be given to which every rule that gives applied, and of those that take only the general ones.</summary>
    private bool CouldGive()
    {
        var policies = _fitting.Where(policy => policy.Effect == Policy.Allow || !NamedTools.IsNaming(policy)).Select(NamedTools.Without).ToArray();
        return _asking.Decide(_granted.Count > 0 ? Probe() with { Id = _granted.First() } : Probe(), policies) != AccessEffect.Denied;
    }

    private ToolFacts Probe() => new(Nowhere, "", Level, "", [], "");
}
