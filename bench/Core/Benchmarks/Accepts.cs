using BenchmarkDotNet.Attributes;
using Capns.Core.Urns;

namespace Capns.Core.Bench.Benchmarks;

/// <summary>One capability against one request.</summary>
public class Accepts
{
    private CapUrn _cap = CapUrn.Parse("cap:in;out");
    private CapUrn _request = CapUrn.Parse("cap:in;out");
    private CapUrn _otherOperation = CapUrn.Parse("cap:in;out");
    private CapUrn _otherOutput = CapUrn.Parse("cap:in;out");

    /// <summary>A typical pair, or one with 24 tags each beside the directions.</summary>
    [Params("typical", "many")]
    public string Urn { get; set; } = "typical";

    [GlobalSetup]
    public void SetUp()
    {
        _cap = CapUrn.Parse(Samples.Text(Urn));
        // Another instance of every text that is not among the usual words.
        _request = CapUrn.Parse(Samples.Text(Urn)).WithInSpec("media:pdf;bytes;page=1").WithOutSpec("media:image;bytes");
        _otherOperation = _request.WithTag("op", "extract_text");
        _otherOutput = _request.WithOutSpec("media:image;jpeg");
        if (!_cap.Accepts(_request) || _cap.Accepts(_otherOperation) || _cap.Accepts(_otherOutput))
        {
            throw new InvalidOperationException("The samples are not what they are called.");
        }
    }

    [Benchmark]
    public bool Match() => _cap.Accepts(_request);

    [Benchmark]
    public bool OtherOperation() => _cap.Accepts(_otherOperation);

    [Benchmark]
    public bool OtherOutput() => _cap.Accepts(_otherOutput);
}
