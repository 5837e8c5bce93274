using Capns.Core.Dispatch;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>What runs at a call is what was chosen by Can, as long as it is there (CapNs spec 11.4).</summary>
public sealed class CompositeCapSetTests
{
    private static readonly CapUrn Request = CapUrn.Parse("cap:ext=pdf;in=media:binary;op=scan;out=media:binary");
    private static readonly string Generic = "cap:in=media:binary;op=scan;out=media:binary";

    private readonly CapMatrix _matrix = Example.Matrix(("generic", [Generic]));
    private readonly CapBlock _block;

    public CompositeCapSetTests() => _block = Example.Block(("only", _matrix));

    [Fact]
    public async Task ExecuteAsync_BetterOneIsRegisteredAfterCan_RunsWhatCanChose()
    {
        var caller = _block.Can(Request);

        Register("specific");

        Assert.Equal("generic", await Run(caller.Set));
        Assert.Equal("specific", await Run(_block.Can(Request).Set));
    }

    [Fact]
    public async Task ExecuteAsync_ChosenOneIsUnregistered_ChoosesAnew()
    {
        Register("specific");
        var caller = _block.Can(Request);
        Assert.Equal("specific", await Run(caller.Set));

        _matrix.UnregisterCapSet("specific");

        Assert.Equal("generic", await Run(caller.Set));
    }

    [Fact]
    public async Task ExecuteAsync_ChosenOneIsReplacedByAnotherExecutor_ChoosesAnew()
    {
        var caller = _block.Can(Request);

        _matrix.RegisterCapSet("generic", Example.Set("another"), [Example.Cap(Generic)]);

        Assert.Equal("another", await Run(caller.Set));
    }

    [Fact]
    public async Task ExecuteAsync_ChosenOneIsRegisteredAgain_StaysChosen()
    {
        var caller = _block.Can(Request);
        Register("specific");

        _matrix.RegisterCapSet("generic", _matrix.CapSets[0].Set, [Example.Cap("cap:in=*;op=more;out=*"), Example.Cap(Generic)]);
        Assert.Equal("generic", await Run(caller.Set));

        // Still there under its name, but no longer for this.
        _matrix.RegisterCapSet("generic", _matrix.CapSets[0].Set, [Example.Cap("cap:in=*;op=more;out=*")]);
        Assert.Equal("specific", await Run(caller.Set));
    }

    [Fact]
    public async Task ExecuteAsync_NothingIsLeft_SaysSo()
    {
        var caller = _block.Can(Request);

        _matrix.Clear();

        var exception = await Assert.ThrowsAsync<NoSetsFoundException>(() => Run(caller.Set));
        Assert.Equal($"No capability host found for '{Request}'", exception.Message);
    }

    [Fact]
    public async Task ExecuteAsync_OnlyOthersAreLeft_NamesTheNearestOfThoseOfThatMoment()
    {
        var caller = _block.Can(Request);
        _matrix.RegisterCapSet("generic", Example.Set("text"), [Example.Cap("cap:ext=pdf;in=media:binary;op=text;out=media:binary")]);

        var exception = await Assert.ThrowsAsync<NoSetsFoundException>(() => Run(caller.Set));
        _matrix.Clear();

        Assert.Equal(
            $"No capability host found for '{Request}'. The nearest is cap:ext=pdf;in=media:binary;op=text;out=media:binary of "
            + "only/generic; for it to accept, change 'op=scan' to 'op=text' in the request.",
            exception.Message);
        Assert.Equal("only/generic", Assert.Single(exception.Nearest).Candidate.Label);
    }

    [Fact]
    public async Task ExecuteAsync_OfTheBlock_ChoosesAtEveryCall()
    {
        var set = _block.ToCapSet();
        Assert.Equal("generic", await Run(set));

        Register("specific");

        Assert.Equal("specific", await Run(set));
        Assert.Equal(["only"], set.RegistryNames);
        Assert.Equal(2, set.Graph().Edges.Count);
    }

    private void Register(string name) => _matrix.RegisterCapSet(name, Example.Set(name), [Example.Cap(Request)]);

    private static async Task<string?> Run(ICapSet set) => (await set.ExecuteAsync(Request, CapCall.Empty)).Text;
}
