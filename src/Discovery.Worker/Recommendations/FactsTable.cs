using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Learning;

namespace Capns.Discovery.Worker.Recommendations;

/// <summary>The parts of a score that are the same for every question, by a tool's place in the catalogue. Immutable.</summary>
/// <remarks>Made once for each state of the catalogue and of what was observed, so that a question costs a few additions a tool.</remarks>
internal sealed class FactsTable
{
    /// <summary>Limits of a question that names none: nine of ten tools stay below.</summary>
    private const double UsualShare = 0.9;

    private readonly ToolFacts[] _facts;
    private readonly double[] _qual;
    private readonly double[] _pop;
    private readonly double[] _cost;
    private readonly double[] _duration;

    private FactsTable(CatalogueSnapshot catalogue, IToolFacts facts)
    {
        (Catalogue, Facts) = (catalogue, facts);
        _facts = [.. catalogue.Tools.Select(tool => facts.Of(tool.Id))];
        var largest = _facts.Select(fact => fact.Uses).DefaultIfEmpty().Max();
        _qual = [.. _facts.Select(fact => Parts.Qual(fact.N, fact.S))];
        _pop = [.. _facts.Select(fact => Parts.Pop(fact.Uses, largest))];
        _cost = [.. _facts.Zip(catalogue.Tools, (fact, tool) => fact.MeanCost ?? (double)tool.CostEstimate)];
        _duration = [.. _facts.Zip(catalogue.Tools, (fact, tool) => fact.P95Ms ?? tool.DurationEstimateMs)];
        UsualCost = Percentile(_cost, catalogue);
        UsualDurationMs = Percentile(_duration, catalogue);
    }

    /// <summary>Before anything is known.</summary>
    public static FactsTable Empty { get; } = new(CatalogueSnapshot.Empty, ToolFactsSnapshot.Empty);

    /// <summary>The tools it is about.</summary>
    public CatalogueSnapshot Catalogue { get; }

    /// <summary>What it was made of.</summary>
    public IToolFacts Facts { get; }

    /// <summary>90 % of the tools that can be run cost at most this.</summary>
    public double UsualCost { get; }

    /// <summary>90 % of the tools that can be run take at most this, in milliseconds.</summary>
    public double UsualDurationMs { get; }

    /// <summary>This table, or a new one when one of the two has changed.</summary>
    public FactsTable With(CatalogueSnapshot catalogue, IToolFacts facts) =>
        ReferenceEquals(catalogue, Catalogue) && ReferenceEquals(facts, Facts) ? this : new FactsTable(catalogue, facts);

    /// <summary>What was observed of the tool in this place.</summary>
    public ToolFacts Of(int place) => _facts[place];

    /// <inheritdoc cref="Parts.Qual"/>
    public double Qual(int place) => _qual[place];

    /// <inheritdoc cref="Parts.Pop"/>
    public double Pop(int place) => _pop[place];

    /// <summary>Mean of what was observed, else what its author says.</summary>
    public double Cost(int place) => _cost[place];

    /// <summary>Milliseconds: p95 of what was observed, else what its author says.</summary>
    public double DurationMs(int place) => _duration[place];

    private static double Percentile(double[] values, CatalogueSnapshot catalogue)
    {
        var usable = values.Where((_, place) => catalogue.Tools[place].Availability == ToolAvailability.Yes).ToArray();
        if (usable.Length == 0)
        {
            return 0;
        }

        Array.Sort(usable);
        return usable[(int)Math.Ceiling(UsualShare * usable.Length) - 1];
    }
}
