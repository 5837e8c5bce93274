using System.Text;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Runner.Worker.Runs.Output;

namespace Capns.Runner.Worker.Tests.Runs.Output;

public class ToolOutputTests
{
    private const int ResultMaxBytes = 64 * 1024;

    [Fact]
    public void Stdout_ControlLines_BecomeEventsAndResult()
    {
        var (events, report) = Read("""
            {"$capns":"progress","progress":40,"currentStep":"extract-text","message":"page 4 of 10"}
            {"$capns":"partial","value":[1,2]}
              {"$capns":"result","value":{"value":8},"metadata":{"pages":10}}
            """);

        Assert.Equal(new ToolProgressed(40, "extract-text", "page 4 of 10"), events[0]);
        Assert.Equal("[1,2]", Assert.IsType<ToolGavePart>(events[1]).Value.GetRawText());
        Assert.Equal(2, events.Count);
        Assert.Equal("""{"value":8}""", report.Result!.Value.GetRawText());
        Assert.Equal("""{"pages":10}""", report.Metadata!.Value.GetRawText());
        Assert.True(report.ResultIsExplicit);
    }

    [Theory]
    [InlineData("""{"$capns":"result"}""")]
    [InlineData("""{"$capns":"result","value":1,"metadata":5}""")]
    [InlineData("""{"$capns":"result","value":1""")]
    [InlineData("""{"$capns":"result","value":1} more""")]
    [InlineData("""{"$capns":"progress","progress":101}""")]
    [InlineData("""{"$capns":"progress","progress":"50"}""")]
    [InlineData("""{"$capns":"progress","message":5}""")]
    [InlineData("""{"$capns":"partial"}""")]
    [InlineData("""{"$capns":"unheard-of"}""")]
    [InlineData("""{"$capns":5}""")]
    [InlineData("""["$capns"]""")]
    [InlineData("""{"$capns":"result","value":"\ud800"}""")]
    [InlineData("")]
    public void Stdout_MalformedControlLine_IsALogLine(string line)
    {
        var (events, report) = Read(line + "\n");

        Assert.Equal([new ToolLogged("stdout", line, false)], events);
        Assert.False(report.ResultIsExplicit);
    }

    [Fact]
    public void Stdout_ValueIsTooDeep_IsALogLine()
    {
        var deep = new string('[', 40) + new string(']', 40);

        var (events, report) = Read($$"""{"$capns":"result","value":{{deep}}}""");

        Assert.IsType<ToolLogged>(Assert.Single(events));
        Assert.False(report.ResultIsExplicit);
    }

    [Theory]
    [InlineData("5", "5")]
    [InlineData("{\"a\":\n 1}\n", """{"a":1}""")]
    [InlineData("two\nlines\n", "\"two\\nlines\"")]
    [InlineData("{broken", "\"{broken\"")]
    [InlineData("", "\"\"")]
    public void Complete_WithoutResultLine_ResultIsTheTextOfStdout(string stdout, string result)
    {
        var (_, report) = Read(stdout);

        Assert.Equal(result, JsonSerializer.Serialize(report.Result!.Value));
        Assert.False(report.ResultIsExplicit);
    }

    [Fact]
    public void Complete_ControlLinesBetweenText_AreNotPartOfTheResult()
    {
        var (_, report) = Read("a\n{\"$capns\":\"progress\",\"progress\":1}\nb\n");

        Assert.Equal("a\nb", report.Result!.Value.GetString());
    }

    [Fact]
    public void Complete_ResultIsLarger_IsLeftOut()
    {
        Assert.True(Read("\"" + new string('x', ResultMaxBytes) + "\"").Report.ResultIsTooLarge);
        Assert.True(Read($$"""{"$capns":"result","value":"{{new string('x', ResultMaxBytes)}}"}""").Report.ResultIsTooLarge);

        var fits = Read($$"""{"$capns":"result","value":"{{new string('x', ResultMaxBytes - 2)}}"}""").Report;
        Assert.False(fits.ResultIsTooLarge);
        Assert.NotNull(fits.Result);
    }

    [Theory]
    [InlineData("""{"$capns":"error","message":"No such page."}""", ErrorType.Execution, "No such page.")]
    [InlineData("""{"$capns":"error","type":"validation","message":"x"}""", ErrorType.Validation, "x")]
    [InlineData("""{"$capns":"error","type":"quota","message":"x"}""", ErrorType.Quota, "x")]
    [InlineData("""{"$capns":"error","type":"dependency","message":"x"}""", ErrorType.Dependency, "x")]
    [InlineData("""{"$capns":"error","type":"timeout","message":"x"}""", ErrorType.Timeout, "x")]
    [InlineData("""{"$capns":"error","type":"permission","message":"x"}""", ErrorType.Execution, "x")]
    [InlineData("""{"$capns":"error"}""", ErrorType.Execution, "The tool reported an error.")]
    public void Stdout_ErrorLine_IsNeverLost(string line, ErrorType type, string message)
    {
        var (events, report) = Read(line);

        Assert.Empty(events);
        Assert.Equal((type, message), (report.Error!.Type, report.Error.Message));
    }

    [Fact]
    public void Stdout_LineIsLonger_IsCutBetweenCharacters()
    {
        var (events, _) = Read(new string('é', 5000));

        var logged = Assert.IsType<ToolLogged>(Assert.Single(events));
        Assert.True(logged.Cut);
        Assert.Equal(ToolOutput.LogLineBytes, Encoding.UTF8.GetByteCount(logged.Line));
        Assert.DoesNotContain('\uFFFD', logged.Line);
    }

    [Fact]
    public void Stdout_LineIsExactlyAsLongAsAllowed_IsWhole()
    {
        var (events, _) = Read(new string('x', ToolOutput.LogLineBytes) + "\r\n");

        Assert.Equal([new ToolLogged("stdout", new string('x', ToolOutput.LogLineBytes), false)], events);
    }

    [Fact]
    public void Output_InvalidUtf8_IsReplaced()
    {
        var events = new Kept();
        var output = new ToolOutput(events, ResultMaxBytes);
        output.Stderr([0x61, 0xFF, 0x62, (byte)'\n']);
        output.Stdout([.. "{\"$capns\":\"result\",\"value\":\""u8, 0xC3, .. "\"}"u8]);

        Assert.Equal("\uFFFD", output.Complete().Result!.Value.GetString());
        Assert.Equal([new ToolLogged("stderr", "a\uFFFDb", false)], events.All);
    }

    [Fact]
    public void Stderr_ControlLine_IsALogLine()
    {
        var events = new Kept();
        var output = new ToolOutput(events, ResultMaxBytes);
        output.Stderr("{\"$capns\":\"result\",\"value\":1}\n\n"u8);

        var report = output.Complete();

        Assert.False(report.ResultIsExplicit);
        Assert.Equal(2, events.All.Count);
        Assert.Equal("{\"$capns\":\"result\",\"value\":1}", report.LastStderrLine);
    }

    [Fact]
    public void Output_HoweverChunked_GivesTheSameEventsAndResult()
    {
        var bytes = Hostile();
        var (expected, expectedReport) = ReadChunks([bytes]);
        Assert.NotEmpty(expected);

        for (var seed = 0; seed < 300; seed++)
        {
            var (events, report) = ReadChunks(Chunks(bytes, new Random(seed)));

            Assert.Equal(expected.Select(Text), events.Select(Text));
            Assert.Equal(expectedReport.Result?.GetRawText(), report.Result?.GetRawText());
            Assert.Equal(expectedReport.Error, report.Error);
        }
    }

    private static byte[] Hostile() =>
    [
        .. "line\r\n\n\r\n{\"$capns\":\"progress\",\"progress\":1,\"message\":\"caf\u00e9 \U0001F600\"}\n"u8,
        0xFF, 0xC3, 0x28, (byte)'\r', (byte)'\r', (byte)'\n',
        .. Encoding.UTF8.GetBytes(new string('\u20AC', 3000)), (byte)'\n',
        .. "{\"$capns\":\"partial\",\"value\":{\"a\":[1,2,{}]}}\n{\"$capns\":\n\"error\"}\nlast without end \u00e9"u8,
    ];

    private static IEnumerable<byte[]> Chunks(byte[] bytes, Random random)
    {
        var largest = random.Next(1, 40);
        for (var start = 0; start < bytes.Length;)
        {
            var length = Math.Min(random.Next(1, largest + 1), bytes.Length - start);
            yield return bytes[start..(start + length)];
            start += length;
        }
    }

    private static string Text(ToolEvent happened) =>
        happened is ToolGavePart part ? part.Value.GetRawText() : happened.ToString();

    private static (List<ToolEvent> Events, ToolReport Report) Read(string stdout) => ReadChunks([Encoding.UTF8.GetBytes(stdout)]);

    private static (List<ToolEvent> Events, ToolReport Report) ReadChunks(IEnumerable<byte[]> stdout)
    {
        var events = new Kept();
        var output = new ToolOutput(events, ResultMaxBytes);
        foreach (var chunk in stdout)
        {
            output.Stdout(chunk);
        }

        return (events.All, output.Complete());
    }

    private sealed class Kept : IToolEvents
    {
        public List<ToolEvent> All { get; } = [];

        public void Add(ToolEvent happened) => All.Add(happened);
    }
}
