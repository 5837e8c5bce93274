using Capns.Core.Dispatch;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>Several matrices under one roof (CapNs spec 11.3).</summary>
public sealed class CapBlockTests
{
    private const string Thumbnail = "cap:in=media:binary;op=generate_thumbnail;out=media:binary";
    private const string OfPdf = "cap:ext=pdf;in=media:binary;op=generate_thumbnail;out=media:binary";
    private const string OfWav = "cap:ext=wav;in=media:binary;op=generate_thumbnail;out=media:binary";

    [Fact]
    public void FindBestCapSet_WorkedExample_GivesTheSpecificPluginOrTheGenericProvider()
    {
        var block = Example.Block(("providers", Example.Matrix(("any", [Thumbnail]))), ("plugins", Example.Matrix(("pdf", [OfPdf]))));

        var (pdf, wav) = (block.FindBestCapSet(OfPdf), block.FindBestCapSet(OfWav));

        Assert.Equal(("plugins", "pdf", 4), (pdf.RegistryName, pdf.SetName, pdf.Specificity));
        Assert.Equal(("providers", "any", 3), (wav.RegistryName, wav.SetName, wav.Specificity));
    }

    [Fact]
    public void FindBestCapSet_IdenticalCaps_IsTheRegistrysThatWasAddedFirst()
    {
        var block = Example.Block(("providers", Example.Matrix(("a", [OfPdf]))), ("plugins", Example.Matrix(("b", [OfPdf]))));
        Assert.Equal("providers", block.FindBestCapSet(OfPdf).RegistryName);

        block.RemoveRegistry("providers");

        Assert.Equal("plugins", block.FindBestCapSet(OfPdf).RegistryName);
        Assert.Equal(["plugins"], block.RegistryNames);
    }

    [Fact]
    public void FindBestCapSet_MatrixThatChangesLater_IsSeenAsItIsNow()
    {
        var matrix = new CapMatrix();
        var block = Example.Block(("providers", matrix));
        Assert.False(block.CanHandle(Thumbnail));

        matrix.RegisterCapSet("any", Example.Set("any"), [Example.Cap(Thumbnail)]);

        Assert.True(block.CanHandle(Thumbnail));
        Assert.Same(matrix, block.GetRegistry("providers"));
    }

    [Fact]
    public void AddRegistry_NameThatIsTaken_IsRefused()
    {
        var block = Example.Block(("providers", new CapMatrix()));

        var exception = Assert.Throws<CapRegistryException>(() => block.AddRegistry("providers", new CapMatrix()));

        Assert.Equal("Registry error: a registry named 'providers' is already in the block", exception.Message);
        Assert.Null(block.GetRegistry("plugins"));
        Assert.Null(block.RemoveRegistry("plugins"));
    }

    [Fact]
    public void CanHandle_RequestWithoutDirections_IsStrictUnlessTheBlockFillsThem()
    {
        const string seed = "cap:op=generate_thumbnail;ext=pdf";
        var matrix = Example.Matrix(("pdf", [OfPdf]));
        var strict = Example.Block(("a", matrix));
        var filling = Example.Block(new CapBlockOptions { FillsMissingDirections = true }, ("a", matrix));

        Assert.False(strict.CanHandle(seed));
        Assert.False(strict.TryCan(seed, out _));
        Assert.Equal(CapUrn.Validate(seed), Assert.Throws<InvalidUrnException>(() => strict.Can(seed)).Error);
        Assert.True(filling.CanHandle(seed));
        Assert.Equal("pdf", filling.FindBestCapSet(seed).SetName);
        Assert.True(filling.TryCan(seed, out var caller));
        Assert.Equal(CapUrn.ParseRequest(seed), caller.Request);
    }

    [Fact]
    public void Can_NothingAccepts_ThrowsWhereTryCanIsFalse()
    {
        var block = Example.Block(("a", Example.Matrix(("pdf", [OfPdf]))));

        Assert.StartsWith(
            $"No cap sets found for capability: {OfWav}. The nearest is ",
            Assert.Throws<NoSetsFoundException>(() => block.Can(OfWav)).Message,
            StringComparison.Ordinal);
        Assert.False(block.TryCan(OfWav, out var caller));
        Assert.Null(caller);
        Assert.False(block.TryFindBestCapSet(CapUrn.Parse(OfWav), out _));
    }
}
