using BenchmarkDotNet.Attributes;
using Capns.Core.Urns;

namespace Capns.Core.Bench.Benchmarks;

/// <summary>Texts to URNs and back.</summary>
public class UrnText
{
    private readonly char[] _room = new char[4096];
    private readonly byte[] _utf8 = new byte[4096];
    private string _text = "";
    private CapUrn _urn = CapUrn.Parse("cap:in;out");

    /// <summary>A typical URN, or one with 24 tags beside the directions.</summary>
    [Params("typical", "many")]
    public string Urn { get; set; } = "typical";

    [GlobalSetup]
    public void SetUp()
    {
        _text = Samples.Text(Urn);
        _urn = CapUrn.Parse(_text);
    }

    [Benchmark]
    public CapUrn Parse() => CapUrn.Parse(_text);

    [Benchmark]
    public UrnError? Validate() => CapUrn.Validate(_text);

    [Benchmark]
    public bool TryFormat() => _urn.TryFormat(_room, out _);

    [Benchmark]
    public bool TryFormatUtf8() => _urn.TryFormat(_utf8, out _);
}
