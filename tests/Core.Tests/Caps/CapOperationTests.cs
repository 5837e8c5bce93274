using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Urns;
using static Capns.Core.Tests.Caps.Example;

namespace Capns.Core.Tests.Caps;

/// <summary>Operations and equality of definitions (CapNs spec 7.2).</summary>
public sealed class CapOperationTests
{
    [Fact]
    public void StdinMediaUrn_SeveralSources_IsTheFirstInTheOrderOfTheArguments()
    {
        var cap = Cap(Arg("media:a", At(0)), Arg("media:b", Flag("--b"), Stdin("media:x")), Arg("media:c", Stdin("media:y")));

        Assert.Equal("media:x", cap.StdinMediaUrn);
        Assert.True(cap.AcceptsStdin);
        Assert.False(Cap(Arg("media:a", At(0))).AcceptsStdin);
        Assert.Null(Cap().StdinMediaUrn);
    }

    [Fact]
    public void Sources_OfAnArgument_AreFoundByTheirKind()
    {
        var (stdin, position, flag) = (Stdin("media:x"), At(3), Flag("--b"));
        var arg = Arg("media:a", stdin, position, flag);

        Assert.Equal((stdin, position, flag), (arg.Stdin, arg.Position, arg.CliFlag));
        Assert.Equal(["stdin", "position", "cli_flag"], arg.Sources.Select(source => source.Type));
        Assert.Equal((null, null, null), (Arg("media:a").Stdin, Arg("media:a").Position, Arg("media:a").CliFlag));
        Assert.Equal(Cap().Urn.ToString(), Cap().UrnString);
    }

    [Fact]
    public void AcceptsRequest_Text_IsMatchedOrRefused()
    {
        Assert.True(Cap().AcceptsRequest("cap:in=media:void;op=demo;out=*"));
        Assert.False(Cap().AcceptsRequest("cap:in=media:void;op=other;out=*"));
        Assert.Equal(10, Assert.Throws<UrnException>(() => Cap().AcceptsRequest("cap:op=demo")).Error.Code);
    }

    [Fact]
    public void IsMoreSpecificThan_TwoThatCan_ComparesTheirUrns()
    {
        const string request = "cap:in=*;op=demo;out=*";
        var (wide, narrow) = (Named("cap:in=*;op=demo;out=*"), Named("cap:in=*;op=demo;ext=pdf;out=*"));

        Assert.True(narrow.IsMoreSpecificThan(wide, request));
        Assert.False(wide.IsMoreSpecificThan(narrow, request));
        Assert.False(narrow.IsMoreSpecificThan(wide, "cap:in=*;op=demo;ext=doc;out=*"));
        Assert.False(narrow.IsMoreSpecificThan(Named("cap:in=*;op=other;out=*"), request));
        Assert.Throws<UrnException>(() => narrow.IsMoreSpecificThan(wide, "cap:"));
    }

    [Fact]
    public void Metadata_WithAndWithout_LeaveTheOriginalAsItIs()
    {
        var plain = Cap();

        var rich = plain.WithMetadata("k", "1").WithMetadata("k", "2").WithMetadata("K", "3");

        Assert.Equal(("2", "3", null), (rich.GetMetadata("k"), rich.GetMetadata("K"), rich.GetMetadata("x")));
        Assert.False(plain.HasMetadata("k"));
        Assert.Equal(plain, rich.WithoutMetadata("k").WithoutMetadata("K"));
        Assert.Same(plain, plain.WithoutMetadata("k"));
    }

    [Fact]
    public void Args_ByKind_AreInOrder()
    {
        var optional = Arg("media:c", At(1)) with { Required = false };
        var cap = Cap(Arg("media:a", At(2)), Arg("media:b", Flag("--b"))).WithArg(optional).WithArg(Arg("media:d", At(0)));

        Assert.Equal(["media:d", "media:c", "media:a"], cap.PositionalArgs.Select(arg => arg.MediaUrn));
        Assert.Equal(["media:a", "media:b", "media:d"], cap.RequiredArgs.Select(arg => arg.MediaUrn));
        Assert.Equal([optional], cap.OptionalArgs);
        Assert.Equal("--b", cap.FindArg("media:b")!.CliFlag!.Flag);
        Assert.Null(cap.FindArg("media:x"));
    }

    [Fact]
    public void FindInlineMediaSpec_BothSpellingsAreThere_PrefersTheOneWrittenTheSame()
    {
        var cap = Cap().WithMediaSpec(Spec("media:a;b") with { Title = "first" }).WithMediaSpec(Spec("media:b;a") with { Title = "second" });

        Assert.Equal("second", cap.FindInlineMediaSpec("media:b;a")!.Title);
        Assert.Equal("first", cap.FindInlineMediaSpec("MEDIA:b;A;")!.Title);
        Assert.Null(cap.FindInlineMediaSpec("media:c"));
        Assert.Null(cap.FindInlineMediaSpec("c"));
    }

    [Fact]
    public void Init_ListsAndJsonOfTheCaller_AreCopied()
    {
        var args = new List<CapArg> { Arg("media:a", At(0)) };
        var metadata = new Dictionary<string, string> { ["k"] = "1" };
        Cap cap;
        using (var document = System.Text.Json.JsonDocument.Parse("""{"x":[1]}"""))
        {
            cap = Cap() with { Args = args, Metadata = metadata, MetadataJson = document.RootElement };
        }

        args.Clear();
        metadata.Clear();

        Assert.Equal((1, "1", """{"x":[1]}"""), (cap.Args.Count, cap.GetMetadata("k"), cap.MetadataJson!.Value.GetRawText()));
    }

    [Fact]
    public void Equals_JsonMembers_AreComparedAsJson()
    {
        var cap = Cap() with { MetadataJson = JsonOf("""{"a":1,"b":[2]}""") };

        Assert.Equal(cap, Cap() with { MetadataJson = JsonOf("""{ "b": [2.0], "a": 1 }""") });
        Assert.NotEqual(cap, Cap() with { MetadataJson = JsonOf("""{"a":1,"b":[3]}""") });
        Assert.NotEqual(cap, Cap());
        Assert.Equal(Cap(), Cap() with { MetadataJson = JsonOf("null") });
    }

    [Fact]
    public void Equals_AnyMemberDiffers_IsNotEqual()
    {
        var arg = Arg("media:a", At(0));
        var cap = Cap(arg);
        Cap[] others =
        [
            cap with { Urn = CapUrn.Parse("cap:in;out") }, cap with { Title = "x" }, cap with { Command = "x" }, cap with { Description = "x" },
            cap.WithMetadata("a", "b"), cap.WithMediaSpec(Spec("media:a")), cap.WithArg(arg), cap with { RegisteredBy = new RegisteredBy("u", "t") },
            cap with { Output = new CapOutput { MediaUrn = "media:a", Description = "d" } }, Cap(arg with { Required = false }),
            Cap(arg with { DefaultValue = JsonOf("1") }), Cap(arg with { Metadata = JsonOf("1") }), Cap(arg with { Description = "x" }), Cap(Arg("media:a", At(1))),
        ];

        Assert.All(others, other => Assert.NotEqual(cap, other));
        Assert.Equal(others.Length, others.Distinct().Count());
    }

    [Fact]
    public void Numbers_OutOfBounds_AreRefusedWhenTheyAreGiven()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArgSource.Position(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArgSource.Position(0) with { Index = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new MediaValidation { Min = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new MediaValidation { Max = double.PositiveInfinity });
        Assert.Throws<ArgumentOutOfRangeException>(() => new MediaValidation { MinLength = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new MediaValidation { MaxLength = -1 });
        Assert.True(new MediaValidation().IsEmpty);
        Assert.False(new MediaValidation { AllowedValues = [] }.IsEmpty);
    }

    private static Cap Named(string urn) => Cap() with { Urn = CapUrn.Parse(urn) };
}
