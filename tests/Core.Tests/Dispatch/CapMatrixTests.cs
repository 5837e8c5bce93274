using Capns.Core.Dispatch;
using Capns.Core.Matching;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>One domain's executors (CapNs spec 11.2).</summary>
public sealed class CapMatrixTests
{
    private static readonly CapUrn Preview = CapUrn.Parse("cap:in=media:blob;op=preview;out=media:blob");

    [Fact]
    public void RegisterCapSet_NameThatIsTaken_ReplacesInItsPlace()
    {
        var matrix = Example.Matrix(("a", [Preview.ToString()]), ("b", [Preview.ToString()]));
        var other = Example.Set("other");

        matrix.RegisterCapSet("a", other, [Example.Cap(Preview)]);

        Assert.Equal(["a", "b"], matrix.HostNames);
        Assert.Same(other, matrix.FindBestCapSet(Preview).Set);
        Assert.Equal(2, matrix.AllCapabilities.Count);
    }

    [Fact]
    public void RegisterCapSet_NameThatWasRemoved_GoesToTheEnd()
    {
        var matrix = Example.Matrix(("a", [Preview.ToString()]), ("b", [Preview.ToString()]));

        Assert.True(matrix.UnregisterCapSet("a"));
        Assert.False(matrix.UnregisterCapSet("a"));
        matrix.RegisterCapSet("a", Example.Set("a"), [Example.Cap(Preview)]);

        Assert.Equal(["b", "a"], matrix.HostNames);
        Assert.Equal("b", matrix.FindBestCapSet(Preview).SetName);
    }

    [Fact]
    public void RegisterCapSet_ListThatIsChangedLater_KeepsWhatItWasGiven()
    {
        var caps = new List<Capns.Core.Caps.Cap> { Example.Cap(Preview) };
        var matrix = new CapMatrix();
        matrix.RegisterCapSet("a", Example.Set("a"), caps);

        caps.Clear();

        Assert.True(matrix.CanHandle(Preview));
        Assert.Single(matrix.CapabilitiesForHost("a")!);
    }

    [Fact]
    public void RegisterCapSet_EmptyName_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new CapMatrix().RegisterCapSet("", Example.Set("a"), []));

    [Fact]
    public void FindCapSets_SeveralCapsOfASetAccept_NamesEachSetOnceInOrder()
    {
        var matrix = Example.Matrix(
            ("a", [Preview.ToString(), "cap:in=*;op=preview;out=*"]),
            ("b", ["cap:in=media:blob;op=print;out=media:blob"]),
            ("c", ["cap:in=*;out=*"]));
        var expected = matrix.CapSets.Where(set => set.Name != "b").Select(set => set.Set);

        Assert.Equal(expected, matrix.FindCapSets(Preview));
        Assert.Equal(expected, matrix.FindCapSets(Preview.ToString()));
    }

    [Fact]
    public void FindBestCapSet_BetterCapListedLaterInTheSet_IsFound()
    {
        var matrix = Example.Matrix(("multi", [Preview.ToString(), "cap:ext=mp3;in=media:blob;op=preview;out=media:blob"]));

        var match = matrix.FindBestCapSet("cap:ext=mp3;in=media:blob;op=preview;out=media:blob");

        Assert.Equal(("multi", 4, ""), (match.SetName, match.Specificity, match.RegistryName));
        Assert.Equal("mp3", match.Cap.Urn.GetTag("ext"));
    }

    [Fact]
    public void FindBestCapSet_NothingAccepts_SaysWhatWasAskedFor()
    {
        var matrix = Example.Matrix(("a", ["cap:in=media:blob;op=print;out=media:blob"]));

        var exception = Assert.Throws<NoSetsFoundException>(() => matrix.FindBestCapSet(Preview));

        Assert.StartsWith(
            "No cap sets found for capability: cap:in=media:blob;op=preview;out=media:blob. The nearest is ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(Preview, exception.Request);
        Assert.Equal(exception.Message, Assert.Throws<NoSetsFoundException>(() => matrix.FindCapSets(Preview)).Message);
        Assert.False(matrix.CanHandle(Preview));
    }

    [Theory]
    [InlineData("cap:op=preview")]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("cap:in=media:a;in=media:a;out=*")]
    public void CanHandle_MalformedRequest_IsFalseWhereTheOthersThrow(string request)
    {
        var matrix = Example.Matrix(("a", ["cap:in=*;out=*"]));

        Assert.False(matrix.CanHandle(request));
        var expected = $"Invalid capability URN: {request}: {CapUrn.Validate(request)!.Message}";
        Assert.Equal(expected, Assert.Throws<InvalidUrnException>(() => matrix.FindBestCapSet(request)).Message);
        Assert.Equal(expected, Assert.Throws<InvalidUrnException>(() => matrix.FindCapSets(request)).Message);
    }

    [Fact]
    public void FindBestCapSet_TieUnderEachTieBreak_IsAsThePolicySays()
    {
        string[] tied = ["cap:in=*;op=x;out=*", "cap:in=*;marker;op=x;out=*", "cap:in=*;op=x;out=*"];
        var request = CapUrn.Parse("cap:in=*;op=x;out=*");

        string Choose(TieBreak tieBreak)
        {
            var matrix = new CapMatrix(new SelectionPolicy { TieBreak = tieBreak });
            for (var at = 0; at < tied.Length; at++)
            {
                matrix.RegisterCapSet($"{at}", Example.Set("any"), [Example.Cap(tied[at])]);
            }

            return matrix.FindBestCapSet(request).SetName;
        }

        Assert.Equal(("0", "2", "1"), (Choose(TieBreak.First), Choose(TieBreak.Last), Choose(TieBreak.TupleThenFirst)));
    }

    [Fact]
    public void Copy_EitherIsChanged_TheOtherStaysAndPlacesGoOn()
    {
        var matrix = Example.Matrix(("a", [Preview.ToString()]), ("b", [Preview.ToString()]));

        var copy = matrix.Copy();
        matrix.UnregisterCapSet("a");
        copy.RegisterCapSet("c", Example.Set("c"), [Example.Cap(Preview)]);

        Assert.Equal(["b"], matrix.HostNames);
        Assert.Equal(["a", "b", "c"], copy.HostNames);
        Assert.Equal(("b", "a"), (matrix.FindBestCapSet(Preview).SetName, copy.FindBestCapSet(Preview).SetName));
        Assert.Same(matrix.Policy, copy.Policy);
    }

    [Fact]
    public void Clear_FullMatrix_LeavesNothing()
    {
        var matrix = Example.Matrix(("a", [Preview.ToString()]), ("b", []));
        Assert.Null(matrix.CapabilitiesForHost("c"));
        Assert.Empty(matrix.CapabilitiesForHost("b")!);

        matrix.Clear();

        Assert.Empty(matrix.HostNames);
        Assert.Empty(matrix.AllCapabilities);
        Assert.Empty(matrix.CapSets);
        Assert.False(matrix.CanHandle(Preview));
    }
}
