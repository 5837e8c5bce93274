using System.Text;
using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Dispatch;
using FsCheck;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Dispatch;

/// <summary>The two forms of a call (CapNs spec 11.1, D8).</summary>
public sealed class UnifiedArgumentsTests
{
    private static readonly Cap Convert = Example.Cap(
        "cap:in=media:a;op=convert;out=media:b",
        Example.Arg("media:file;bytes", new ArgSource.Stdin("media:file;bytes"), new ArgSource.Position(0)),
        Example.Arg("media:second", new ArgSource.Position(1)),
        Example.Arg("media:flag", new ArgSource.CliFlag("--flag")),
        Example.Arg("media:also", new ArgSource.Stdin("media:file;bytes"), new ArgSource.CliFlag("--also")),
        Example.Arg("media:third", new ArgSource.Position(2)));

    [Fact]
    public void ToCall_EachArgument_GoesToItsFirstSourceThatIsFree()
    {
        var call = Arguments(
            ("media:also", "x"), ("media:flag", "f"), ("media:file;bytes", "file"), ("media:second", "s"), ("media:third", "t"))
            .ToCall(Convert);

        // Standard input is the file's, which the definition names first; nothing is at place 0, so that the others go by name.
        Assert.Equal("file", Encoding.UTF8.GetString(Assert.IsType<StdinSource.Data>(call.Stdin).Bytes.Span));
        Assert.Empty(call.Positional);
        Assert.Equal([new("--also", "x"), new("--flag", "f"), new("media:second", "s"), new NamedArgument("media:third", "t")], call.Named);
    }

    [Fact]
    public void ToCall_GapBeforeAPlace_GoesByItsName()
    {
        var call = Arguments(("media:third", "t"), ("media:second", "s")).ToCall(Convert);

        Assert.Empty(call.Positional);
        Assert.Equal([new NamedArgument("media:second", "s"), new NamedArgument("media:third", "t")], call.Named);
        Assert.Null(call.Stdin);
    }

    [Fact]
    public void ToCall_BytesThatAreNoText_NeedStandardInput()
    {
        CapArgumentValue[] file = [new("media:file;bytes", new byte[] { 0xff, 0x00 })];
        CapArgumentValue[] second = [new("media:second", new byte[] { 0xff, 0x00 })];

        Assert.Equal([0xff, 0x00], Assert.IsType<StdinSource.Data>(file.ToCall(Convert).Stdin).Bytes.ToArray());
        var exception = Assert.Throws<CapValidationException>(() => second.ToCall(Convert));
        Assert.Equal(CapValidationErrorKind.InvalidArgumentType, exception.Error.Kind);
        Assert.EndsWith("value (2 bytes): not UTF-8, and standard input is not its own", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToCall_UnknownOrRepeatedArgument_IsRefused()
    {
        var unknown = Assert.Throws<CapValidationException>(() => Arguments(("media:nothing", "x")).ToCall(Convert));
        var twice = Assert.Throws<CapValidationException>(() => Arguments(("media:flag", "x"), ("media:flag", "y")).ToCall(Convert));

        Assert.Equal(
            $"Cap '{Convert.Urn}' does not accept argument 'media:nothing' - check capability definition for valid arguments",
            unknown.Message);
        Assert.Equal($"Cap '{Convert.Urn}' was given argument 'media:flag' twice", twice.Message);
    }

    [Fact]
    public void ToArguments_PlacesNamesAndStandardInput_AreTheArgumentsInTheOrderOfTheDefinition()
    {
        var call = new CapCall
        {
            Positional = ["a", "b"],
            Named = [new NamedArgument("media:third", "c"), new NamedArgument("--flag", "d")],
            Stdin = new StdinSource.Data("in"u8.ToArray()),
        };

        var arguments = call.ToArguments(Convert).Select(argument => (argument.MediaUrn, argument.AsText()));

        // The file's first source is standard input; its place, which is given, too, comes second.
        Assert.Equal([("media:file;bytes", "in"), ("media:second", "b"), ("media:flag", "d"), ("media:third", "c")], arguments);
    }

    [Fact]
    public void ToArguments_ReferenceToAFile_HasToBeReadFirst()
    {
        var call = new CapCall { Stdin = new StdinSource.FileReference("id", "/tmp/a", new byte[] { 1 }, "media:file;bytes") };

        var exception = Assert.Throws<CapValidationException>(() => call.ToArguments(Convert));

        Assert.EndsWith("the file has to be read first", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToArguments_StandardInputThatNobodyReads_IsRefused()
    {
        var cap = Example.Cap("cap:in=*;out=*", Example.Arg("media:a", new ArgSource.Position(0)));
        var call = new CapCall { Stdin = new StdinSource.Data(default) };

        Assert.Equal("stdin", Assert.Throws<CapValidationException>(() => call.ToArguments(cap)).Error.Field);
    }

    [Fact]
    public void ToCall_AnyTexts_LeadsBackToTheSame() =>
        Prop.ForAll(Gen.Elements("", "a", "ä;=\"", "7").ArrayOf(5).ToArbitrary(), Gen.Choose(0, 31).ToArbitrary(), (texts, chosen) =>
        {
            CapArgumentValue[] given =
            [
                .. Convert.Args.Select((arg, at) => CapArgumentValue.FromText(arg.MediaUrn, texts[at]))
                    .Where((_, at) => (chosen >> at & 1) == 1),
            ];

            var back = given.ToCall(Convert).ToArguments(Convert);

            Assert.Equal(given.Select(one => (one.MediaUrn, one.AsText())), back.Select(one => (one.MediaUrn, one.AsText())));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public async Task ExecuteAsync_ListOfArguments_CallsInTheClassicForm()
    {
        var set = new RecordingSet(CapResult.FromText("fine"));

        var result = await set.ExecuteAsync(Convert.Urn, Convert, Arguments(("media:flag", "f")));

        Assert.Equal("fine", result.Text);
        Assert.Equal([new NamedArgument("--flag", "f")], Assert.Single(set.Calls).Call.Named);
    }

    private static CapArgumentValue[] Arguments(params (string MediaUrn, string Value)[] values) =>
        [.. values.Select(value => CapArgumentValue.FromText(value.MediaUrn, value.Value))];

    [Fact]
    public void ToArguments_ManyFlags_TakesRoomForEachOnce()
    {
        const int Count = 2_000;
        var args = Enumerable.Range(0, Count).Select(number => Example.Arg($"media:a{number}", new ArgSource.CliFlag($"--a{number}")));
        var cap = Example.Cap("cap:in;out", [.. args]);
        var call = new CapCall { Named = [.. Enumerable.Range(0, Count).Select(number => new NamedArgument($"--a{number}", "x"))] };
        _ = call.ToArguments(cap);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var arguments = call.ToArguments(cap);

        // The square would be tens of megabytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
        Assert.Equal(cap.Args.Select(arg => arg.MediaUrn), arguments.Select(argument => argument.MediaUrn));
    }
}
