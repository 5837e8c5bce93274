using System.Text;
using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Dispatch;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>Arguments in, a response out (CapNs spec 11.5).</summary>
public sealed class CapCallerTests
{
    private const string Text = "media:textable;form=scalar";
    private const string Integer = "media:integer;textable;numeric;form=scalar";
    private const string Map = "media:form=map;textable";
    private static readonly CapResult Fine = CapResult.FromText("fine");

    private static readonly Cap Repeat = Example.Cap(
        $"cap:in=\"{Text}\";op=repeat;out=\"{Text}\"",
        Example.Arg(Text, new ArgSource.Stdin(Text), new ArgSource.Position(0)),
        Example.Arg(Integer, new ArgSource.CliFlag("--times")) with { Required = false });

    [Fact]
    public async Task CallAsync_ValidArguments_ExecutesTheRequestAndGivesTheText()
    {
        var set = new RecordingSet(Fine);
        var request = CapUrn.Parse("cap:in=*;op=repeat;out=*");
        var caller = new CapCaller(request, set, Repeat);

        var response = await caller.CallAsync([CapArgumentValue.FromText(Integer, "3"), CapArgumentValue.FromText(Text, "hello")]);

        Assert.Equal(("fine", ResponseKind.Text), (response.AsString(), response.Kind));
        var (asked, call) = Assert.Single(set.Calls);
        Assert.Same(request, asked);
        Assert.Equal("hello", Encoding.UTF8.GetString(Assert.IsType<StdinSource.Data>(call.Stdin).Bytes.Span));
        Assert.Equal([new NamedArgument("--times", "3")], call.Named);
        Assert.Equal(new Dictionary<string, int> { [Text] = 0 }, caller.PositionalArgPositions);
        Assert.Same(Repeat, caller.Definition);
    }

    [Fact]
    public async Task CallAsync_RequiredArgumentIsMissing_SaysSoAndExecutesNothing()
    {
        var set = new RecordingSet(Fine);

        var exception = await Assert.ThrowsAsync<CapValidationException>(() => CallerOf(Repeat, set).CallAsync([]));

        Assert.Equal($"Missing required argument: {Text}", exception.Message);
        Assert.Equal((CapValidationErrorKind.MissingRequiredArgument, Text), (exception.Error.Kind, exception.Error.Field));
        Assert.Empty(set.Calls);
    }

    [Fact]
    public async Task CallAsync_UnknownArgument_NamesItAndThoseThatThereAre()
    {
        var set = new RecordingSet(Fine);
        CapArgumentValue[] arguments = [CapArgumentValue.FromText(Text, "x"), CapArgumentValue.FromText("media:other", "y")];

        var exception = await Assert.ThrowsAsync<CapValidationException>(() => CallerOf(Repeat, set).CallAsync(arguments));

        Assert.Equal($"Unknown argument media_urn: media:other (cap {Repeat.Urn} accepts: {Text}, {Integer})", exception.Message);
        Assert.Empty(set.Calls);
    }

    [Fact]
    public async Task CallAsync_BytesFromABinaryCap_AreABinaryResponse()
    {
        var response = await CallerOf(Giving("media:bytes"), new RecordingSet(CapResult.FromBytes(new byte[] { 1, 255 }))).CallAsync([]);

        Assert.Equal(ResponseKind.Binary, response.Kind);
        Assert.Equal([1, 255], response.AsBytes());
    }

    [Fact]
    public async Task CallAsync_BothBytesAndText_BytesWin()
    {
        var both = new CapResult { Bytes = new byte[] { 7 }, Text = "text" };

        Assert.Equal([7], (await CallerOf(Giving("media:bytes"), new RecordingSet(both)).CallAsync([])).AsBytes());
        Assert.Equal(CapOutputFault.WrongKind, (await FailAsync(Giving(Text), both)).Fault);
    }

    [Fact]
    public async Task CallAsync_TextFromAStructuredCap_IsJson()
    {
        var response = await CallerOf(Giving(Map), new RecordingSet(CapResult.FromText("""{"pages":3}"""))).CallAsync([]);

        Assert.Equal(ResponseKind.Json, response.Kind);
        Assert.Equal(3, response.As<Dictionary<string, int>>()!["pages"]);
    }

    [Fact]
    public async Task CallAsync_OutputThatDoesNotFit_SaysWhatWasExpected()
    {
        var (binary, text, map) = (Giving("media:bytes"), Giving(Text), Giving(Map));

        var nothing = await FailAsync(text, new CapResult());
        var bytes = await FailAsync(text, CapResult.FromBytes(new byte[1]));
        var words = await FailAsync(binary, CapResult.FromText("x"));
        var broken = await FailAsync(map, CapResult.FromText("{"));

        Assert.Equal((CapOutputFault.Nothing, "Cap returned no output"), (nothing.Fault, nothing.Message));
        Assert.Equal(
            (CapOutputFault.WrongKind, $"Cap {text.Urn} returned binary data but output spec '{Text}' is not binary"),
            (bytes.Fault, bytes.Message));
        Assert.Equal(
            (CapOutputFault.WrongKind, $"Cap {binary.Urn} returned text data but output spec 'media:bytes' expects binary"),
            (words.Fault, words.Message));
        Assert.Equal(CapOutputFault.NotJson, broken.Fault);
        Assert.StartsWith($"Output is not valid JSON for cap {map.Urn}: ", broken.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_024, true)]
    [InlineData(1_025, false)]
    public async Task CallAsync_DeepJson_IsJsonForCallerAndResponseAlike(int depth, bool isJson)
    {
        var text = new string('[', depth) + new string(']', depth);
        var caller = CallerOf(Giving(Map), new RecordingSet(CapResult.FromText(text)));

        var problem = await ResponseWrapper.FromJson(Encoding.UTF8.GetBytes(text)).ValidateAgainstCapAsync(caller.Definition);

        Assert.Equal(isJson, problem is null);
        Assert.Equal(isJson, await Record.ExceptionAsync(() => caller.CallAsync([])) is null);
    }

    [Theory]
    [InlineData("media:bytes", "*", null)]
    [InlineData("*", "media:bytes", null)]
    [InlineData("*", "*", "media:bytes")]
    [InlineData("media:nobody-knows;bytes", "media:bytes", null)]
    public async Task CallAsync_OutputIsNamedSomewhere_IsFoundOutThere(string requested, string promised, string? defined)
    {
        var cap = Example.Cap($"cap:in=*;op=x;out=\"{promised}\"") with
        {
            Output = defined is null ? null : new CapOutput { MediaUrn = defined, Description = "bytes" },
        };
        var request = CapUrn.Parse($"cap:in=*;op=x;out=\"{requested}\"");

        var response = await new CapCaller(request, new RecordingSet(CapResult.FromBytes(new byte[1])), cap).CallAsync(CapCall.Empty);

        Assert.Equal(ResponseKind.Binary, response.Kind);
    }

    [Theory]
    [InlineData("*", "neither cap cap:in;op=x;out nor its definition says what it gives")]
    [InlineData("media:nobody-knows", "not found in media_specs, built-in specs or registry")]
    public async Task CallAsync_OutputCannotBeFoundOut_FailsBeforeItIsExecuted(string output, string detail)
    {
        var set = new RecordingSet(Fine);

        var exception = await Assert.ThrowsAsync<UnresolvableMediaUrnException>(() => CallerOf(Giving(output), set).CallAsync([]));

        Assert.Equal($"cannot resolve media URN '{output}' - {detail}", exception.Message);
        Assert.Empty(set.Calls);
    }

    [Fact]
    public async Task CallAsync_CapKnowsItsOwnOutput_NeedsNoSource()
    {
        var cap = Giving("media:mine") with
        {
            MediaSpecs = [new MediaSpecDef { Urn = "media:mine", MediaType = "image/png", Title = "Mine" }],
        };

        var response = await CallerOf(cap, new RecordingSet(CapResult.FromBytes(new byte[1]))).CallAsync([]);

        Assert.Equal(ResponseKind.Binary, response.Kind);
    }

    [Fact]
    public async Task CallAsync_ClassicForm_HandsTheCallOnAsItIs()
    {
        var set = new RecordingSet(Fine);
        var call = new CapCall { Positional = ["12"], Named = [new NamedArgument(Integer, "3")] };

        await CallerOf(Repeat, set).CallAsync(call);

        Assert.Same(call, Assert.Single(set.Calls).Call);
    }

    [Fact]
    public async Task CallAsync_ClassicFormOnStandardInput_MeetsThePositionalArgument()
    {
        var set = new RecordingSet(Fine);

        await CallerOf(Repeat, set).CallAsync(new CapCall { Stdin = new StdinSource.Data("hello"u8.ToArray()) });
        await CallerOf(Repeat, set).CallAsync(new CapCall { Stdin = new StdinSource.FileReference("1", "/tmp/a.txt", default, Text) });

        Assert.Equal(2, set.Calls.Count);
    }

    public static TheoryData<CapCall, CapValidationErrorKind, string> BadCalls => new()
    {
        {
            new() { Positional = ["a", "b"] },
            CapValidationErrorKind.TooManyArguments,
            $"Cap '{Repeat.Urn}' expects at most 1 arguments but received 2"
        },
        { new(), CapValidationErrorKind.MissingRequiredArgument, $"Cap '{Repeat.Urn}' requires argument '{Text}' but it was not provided" },
        {
            new() { Positional = ["a"], Named = [new("--other", "x")] },
            CapValidationErrorKind.UnknownArgument,
            $"Cap '{Repeat.Urn}' does not accept argument '--other' - check capability definition for valid arguments"
        },
        {
            new() { Positional = ["a"], Named = [new("--times", "1"), new(Integer, "2")] },
            CapValidationErrorKind.UnknownArgument,
            $"Cap '{Repeat.Urn}' was given argument '{Integer}' twice"
        },
        {
            new() { Positional = ["a"], Named = [new("--times", "often")] },
            CapValidationErrorKind.InvalidArgumentType,
            $"Cap '{Repeat.Urn}' argument '{Integer}' expects media_spec '{Integer}' but validation failed for value \"often\": "
        },
        {
            new() { Positional = ["a\ud800"] },
            CapValidationErrorKind.InvalidArgumentType,
            $"Cap '{Repeat.Urn}' argument '{Text}' expects media_spec '{Text}' but validation failed for value (2 characters): half a surrogate"
        },
        {
            new() { Stdin = new StdinSource.Data(new byte[] { 0xff }) },
            CapValidationErrorKind.InvalidArgumentType,
            $"Cap '{Repeat.Urn}' argument '{Text}' expects media_spec '{Text}' but validation failed for value (1 bytes): not UTF-8"
        },
    };

    [Theory]
    [MemberData(nameof(BadCalls), DisableDiscoveryEnumeration = true)]
    public async Task CallAsync_ClassicFormIsWrong_SaysWhatAndExecutesNothing(CapCall call, CapValidationErrorKind kind, string text)
    {
        var set = new RecordingSet(Fine);

        var exception = await Assert.ThrowsAsync<CapValidationException>(() => CallerOf(Repeat, set).CallAsync(call));

        Assert.Equal(kind, exception.Error.Kind);
        Assert.StartsWith(text, exception.Message, StringComparison.Ordinal);
        Assert.Empty(set.Calls);
    }

    [Fact]
    public async Task CallAsync_RequiredFlagIsMissing_SaysThatItGoesByName()
    {
        var cap = Example.Cap("cap:in=*;op=x;out=media:bytes", Example.Arg(Integer, new ArgSource.CliFlag("--times")));

        var caller = CallerOf(cap, new RecordingSet(Fine));

        var exception = await Assert.ThrowsAsync<CapValidationException>(() => caller.CallAsync(CapCall.Empty));

        Assert.Equal(
            $"Cap '{cap.Urn}' requires argument '{Integer} (expected as named argument)' but it was not provided",
            exception.Message);
    }

    [Fact]
    public async Task CallAsync_ValueThatCannotBeChecked_IsNamedInTheResponse()
    {
        const string Odd = "media:odd;textable";
        var spec = new MediaSpecDef { Urn = Odd, MediaType = "text/plain", Title = "Odd", ProfileUri = "https://example.org/nobody-has-it" };
        var cap = Giving(Text) with
        {
            Args = [Example.Arg(Odd, new ArgSource.Position(0))],
            MediaSpecs = [spec],
        };
        var caller = CallerOf(cap, new RecordingSet(Fine));

        var response = await caller.CallAsync(new CapCall { Positional = ["x"] });

        Assert.Contains(spec.ProfileUri, Assert.Single(response.Warnings), StringComparison.Ordinal);
        Assert.Equal("fine", response.AsString());
        Assert.Empty((await caller.CallAsync([CapArgumentValue.FromText(Odd, "x")])).Warnings);
    }

    [Fact]
    public async Task CallAsync_RawBytesOnStandardInput_AreTakenAsTheyAre()
    {
        var set = new RecordingSet(CapResult.FromText("fine"));
        var cap = Example.Cap($"cap:in=media:bytes;op=x;out=\"{Text}\"", Example.Arg("media:bytes", new ArgSource.Stdin("media:bytes")));

        await CallerOf(cap, set).CallAsync(new CapCall { Stdin = new StdinSource.Data("not base64!"u8.ToArray()) });

        Assert.Single(set.Calls);
    }

    [Fact]
    public async Task CallAsync_DefinitionThatBreaksTheRules_IsStillRefusedInWords()
    {
        var cap = Example.Cap(
            $"cap:in=*;op=x;out=\"{Text}\"", Example.Arg(Text, new ArgSource.Position(5)), Example.Arg(Text, new ArgSource.Position(0)));
        var caller = CallerOf(cap, new RecordingSet(Fine));

        await caller.CallAsync(new CapCall { Positional = ["a"] });

        Assert.Equal(new Dictionary<string, int> { [Text] = 0 }, caller.PositionalArgPositions);
        await Assert.ThrowsAsync<CapValidationException>(() => caller.CallAsync(CapCall.Empty));
    }

    [Fact]
    public async Task CallAsync_CancelledToken_ReachesTheExecutor() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => CallerOf(Giving(Text), new RecordingSet(Fine)).CallAsync([], new CancellationToken(canceled: true)));

    private static Cap Giving(string output) => Example.Cap($"cap:in=*;op=x;out=\"{output}\"");

    private static CapCaller CallerOf(Cap cap, ICapSet set) => new(cap.Urn, set, cap);

    private static Task<CapOutputException> FailAsync(Cap cap, CapResult result) =>
        Assert.ThrowsAsync<CapOutputException>(() => CallerOf(cap, new RecordingSet(result)).CallAsync([]));
}
