using BenchmarkDotNet.Attributes;
using Capns.Core.Dispatch;
using Capns.Core.Matching;
using Capns.Core.Urns;

namespace Capns.Core.Bench.Benchmarks;

/// <summary>The best of many capabilities for a request with a selective tag: by the index, and by looking at each.</summary>
public class BestMatch
{
    private CapUrn[] _caps = [];
    private CapBlock _block = new();
    private CapBlock _wildcards = new();
    private CapUrn _request = CapUrn.Parse("cap:in;out");
    private CapUrn _nothing = CapUrn.Parse("cap:in;out");
    private CapUrn _unselective = CapUrn.Parse("cap:in;out");

    /// <summary>How many capabilities there are.</summary>
    [Params(100, 1_000, 10_000, 100_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _caps = Samples.Caps(Count);
        _block = Samples.Block(_caps);
        _wildcards = Samples.Block(Samples.CapsWithWildcards(Count));
        _request = Samples.Request(Count);
        _nothing = _request.WithTag("op", "nothing");
        _unselective = _request.WithoutTag("op");
        if (Indexed() is not { } best
            || !ReferenceEquals(best.Cap.Urn, Linear())
            || IndexedWithoutOperation() is null
            || IndexedAmongWildcards() is null
            || _block.CanHandle(_nothing))
        {
            throw new InvalidOperationException("Index and scan do not agree.");
        }
    }

    [Benchmark(Baseline = true)]
    public CapUrn? Linear() => CapMatcher.FindBestMatch(_caps, _request);

    [Benchmark]
    public BestCapSetMatch? Indexed() => _block.TryFindBestCapSet(_request, out var match) ? match : null;

    /// <summary>A tenth of all capabilities accepts this request.</summary>
    [Benchmark]
    public BestCapSetMatch? IndexedWithoutOperation() => _block.TryFindBestCapSet(_unselective, out var match) ? match : null;

    /// <summary>Every twentieth capability has no operation, and fails only for its input.</summary>
    [Benchmark]
    public BestCapSetMatch? IndexedAmongWildcards() => _wildcards.TryFindBestCapSet(_request, out var match) ? match : null;

    [Benchmark]
    public bool IndexedNothingFits() => _block.TryFindBestCapSet(_nothing, out _);
}
