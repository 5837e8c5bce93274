using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Learning;

namespace Capns.Discovery.Worker.Recommendations;

/// <summary>The newest table of facts for a catalogue; made anew only when the catalogue or the facts have changed. Thread-safe.</summary>
internal sealed class CurrentFacts(FactsWatch watch)
{
    private FactsTable _last = FactsTable.Empty;

    /// <summary>The table for this catalogue.</summary>
    public FactsTable For(CatalogueSnapshot catalogue)
    {
        var table = Volatile.Read(ref _last).With(catalogue, watch.Current);
        // Two at once make two tables that are alike; one of them stays.
        Volatile.Write(ref _last, table);
        return table;
    }
}
