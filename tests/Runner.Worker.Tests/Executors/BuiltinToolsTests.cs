using System.Diagnostics;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.Runs.Output;

namespace Capns.Runner.Worker.Tests.Executors;

/// <summary>The built-in tools in a bare interpreter, through the tool contract.</summary>
public class BuiltinToolsTests
{
    [Theory]
    [InlineData("add", "[5,3]", "8")]
    [InlineData("add", "[0.5,0.25,1]", "1.75")]
    [InlineData("subtract", "[5,3,1]", "1")]
    [InlineData("multiply", "[2,3,4]", "24")]
    [InlineData("divide", "[6,3]", "2")]
    [InlineData("divide", "[1,4]", "0.25")]
    [InlineData("power", "[2,10]", "1024")]
    [InlineData("sqrt", "[2]", "1.4142135623730951")]
    [InlineData("sin", "[0]", "0")]
    [InlineData("cos", "[0]", "1")]
    [InlineData("tan", "[0]", "0")]
    [InlineData("add", "[9007199254740992,1]", "9007199254740992")]
    public async Task Math_GoodOperands_GivesTheValue(string operation, string operands, string value)
    {
        var report = await RunAsync("math-calculator", $$"""{"operation":"{{operation}}","operands":{{operands}}}""");

        Assert.Equal(value, report.Result!.Value.GetProperty("value").GetRawText());
    }

    [Theory]
    [InlineData("divide", "[5,0]", ErrorType.Execution, "Division by zero.")]
    [InlineData("power", "[0,-1]", ErrorType.Execution, "Division by zero.")]
    [InlineData("sqrt", "[-1]", ErrorType.Execution, "square root of -1")]
    [InlineData("power", "[10,400]", ErrorType.Execution, "too large")]
    [InlineData("multiply", "[1e200,1e200]", ErrorType.Execution, "too large")]
    [InlineData("sqrt", "[1,2]", ErrorType.Validation, "operands must have 1")]
    [InlineData("add", "[1]", ErrorType.Validation, "it has 1")]
    [InlineData("add", "[true,1]", ErrorType.Validation, "array of numbers")]
    [InlineData("modulo", "[1,2]", ErrorType.Validation, "operation must be one of")]
    public async Task Math_BadOperands_GivesAnErrorLine(string operation, string operands, ErrorType type, string message)
    {
        var report = await RunAsync("math-calculator", $$"""{"operation":"{{operation}}","operands":{{operands}}}""");

        Assert.Equal(type, report.Error!.Type);
        Assert.Contains(message, report.Error.Message, StringComparison.Ordinal);
        Assert.False(report.ResultIsExplicit);
    }

    [Fact]
    public async Task Text_Basic_Counts()
    {
        var figures = await AnalyseAsync("basic", "One two two. Three!\n\nA second paragraph");

        Assert.Equal(7, figures.GetProperty("words").GetInt32());
        Assert.Equal(6, figures.GetProperty("uniqueWords").GetInt32());
        Assert.Equal(3, figures.GetProperty("sentences").GetInt32());
        Assert.Equal(2, figures.GetProperty("paragraphs").GetInt32());
        Assert.Equal(2.1, figures.GetProperty("readingTimeSeconds").GetDouble());
    }

    [Theory]
    [InlineData("I love this great tool.", "positive", 1)]
    [InlineData("It is slow and it fails.", "negative", -1)]
    [InlineData("It is not bad.", "positive", 1)]
    [InlineData("It is not. Good!", "positive", 1)]
    [InlineData("The table has four legs.", "neutral", 0)]
    [InlineData("Good and bad.", "neutral", 0)]
    public async Task Text_Sentiment_ScoresWords(string text, string sentiment, double score)
    {
        var figures = await AnalyseAsync("sentiment", text);

        Assert.Equal((sentiment, score), (figures.GetProperty("sentiment").GetString(), figures.GetProperty("score").GetDouble()));
    }

    [Fact]
    public async Task Text_Keywords_AreTheMostFrequentWordsThatMeanSomething()
    {
        var figures = await AnalyseAsync("keywords", "The runner runs the tool, and the tool reports. Tool!");

        var first = figures.GetProperty("keywords")[0];
        Assert.Equal(("tool", 3), (first.GetProperty("word").GetString(), first.GetProperty("count").GetInt32()));
        Assert.DoesNotContain("\"the\"", figures.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_Readability_FollowsTheFormulas()
    {
        // 6 words, 1 sentence, 6 syllables, 17 letters.
        var figures = await AnalyseAsync("readability", "The cat sat on the mat.");

        Assert.Equal(116.145, figures.GetProperty("fleschReadingEase").GetDouble(), 0.0051);
        Assert.Equal(-1.45, figures.GetProperty("fleschKincaidGrade").GetDouble(), 0.0051);
        Assert.Equal(-5.085, figures.GetProperty("automatedReadabilityIndex").GetDouble(), 0.0051);
        Assert.Equal("easy", figures.GetProperty("level").GetString());
    }

    [Theory]
    [InlineData("""{"operation":"parse","value":"2026-03-02T09:15:00Z"}""", "2026-03-02T09:15:00.000Z")]
    [InlineData("""{"operation":"parse","value":1772442900000,"timezone":"Europe/Berlin"}""", "2026-03-02T10:15:00.000+01:00")]
    [InlineData("""{"operation":"parse","value":"2026-07-01T12:00:00","timezone":"America/New_York"}""", "2026-07-01T12:00:00.000-04:00")]
    [InlineData("""{"operation":"add","value":"2026-01-31T10:00:00Z","amount":1,"unit":"months"}""", "2026-02-28T10:00:00.000Z")]
    [InlineData("""{"operation":"subtract","value":"2024-02-29T00:00:00Z","amount":1,"unit":"years"}""", "2023-02-28T00:00:00.000Z")]
    [InlineData("""{"operation":"add","value":"2026-01-01T00:00:00Z","amount":1.5,"unit":"hours"}""", "2026-01-01T01:30:00.000Z")]
    [InlineData("""{"operation":"add","value":"2026-03-28T12:00:00","amount":1,"unit":"days","timezone":"Europe/Berlin"}""", "2026-03-29T12:00:00.000+02:00")]
    [InlineData("""{"operation":"add","value":"2026-03-28T12:00:00","amount":24,"unit":"hours","timezone":"Europe/Berlin"}""", "2026-03-29T13:00:00.000+02:00")]
    public async Task Time_Operation_GivesTheTime(string parameters, string iso)
    {
        var result = (await RunAsync("time-utility", parameters)).Result!.Value;

        Assert.Equal(iso, result.GetProperty("iso").GetString());
        Assert.Equal(
            DateTimeOffset.Parse(iso, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), result.GetProperty("epochMs").GetInt64());
    }

    [Fact]
    public async Task Time_Diff_IsOtherMinusValue()
    {
        var result = (await RunAsync("time-utility", """{"operation":"diff","value":"2026-01-01T00:00:00Z","other":"2026-01-01T01:00:00+01:00"}""")).Result!.Value;

        Assert.Equal(0, result.GetProperty("milliseconds").GetInt64());
    }

    [Fact]
    public async Task Time_Current_IsNow()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        var result = (await RunAsync("time-utility", """{"operation":"current"}""")).Result!.Value;

        Assert.InRange(result.GetProperty("epochMs").GetInt64(), before - 1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 1);
    }

    [Theory]
    [InlineData("""{"operation":"parse","value":"yesterday"}""", "value must be ISO 8601")]
    [InlineData("""{"operation":"parse"}""", "value must be")]
    [InlineData("""{"operation":"current","timezone":"Mars/Olympus"}""", "timezone must be an IANA name")]
    [InlineData("""{"operation":"add","value":0,"amount":1,"unit":"fortnights"}""", "unit must be one of")]
    [InlineData("""{"operation":"add","value":0,"amount":"1","unit":"days"}""", "amount must be a number")]
    [InlineData("""{"operation":"add","value":0,"amount":1.5,"unit":"months"}""", "amount must be a whole number")]
    public async Task Time_BadParameter_IsNamed(string parameters, string message)
    {
        var error = (await RunAsync("time-utility", parameters)).Error!;

        Assert.Equal(ErrorType.Validation, error.Type);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ids_OfEachKind_AreUniqueAndPrefixed()
    {
        foreach (var kind in new[] { "sequential", "random", "timestamp" })
        {
            var result = (await RunAsync("id-generator", $$"""{"kind":"{{kind}}","count":100,"prefix":"x-"}""")).Result!.Value;

            var ids = result.GetProperty("ids").EnumerateArray().Select(id => id.GetString()!).ToList();
            Assert.Equal(100, ids.Distinct().Count());
            Assert.All(ids, id => Assert.StartsWith("x-", id, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("""{"kind":"random","count":0}""", "count must be a whole number from 1 to 100")]
    [InlineData("""{"kind":"random","count":101}""", "count must be")]
    [InlineData("""{"kind":"snowflake"}""", "kind must be one of sequential, random, timestamp")]
    public async Task Ids_BadParameter_IsNamed(string parameters, string message) =>
        Assert.Contains(message, (await RunAsync("id-generator", parameters)).Error!.Message, StringComparison.Ordinal);

    [Fact]
    public void Modules_AfterBuild_AreCompiled()
    {
        // A sandbox cannot keep what it compiles: a module without its compiled form costs each run milliseconds.
        var modules = Directory.GetFiles(BuiltinTools.HostFolder, "*.py").Select(Path.GetFileNameWithoutExtension).Where(name => name != "main");
        var compiled = Directory.GetFiles(Path.Combine(BuiltinTools.HostFolder, "__pycache__"), "*.pyc");

        Assert.All(modules, module => Assert.Contains(compiled, file => Path.GetFileName(file).StartsWith(module + ".", StringComparison.Ordinal)));
    }

    private static async Task<JsonElement> AnalyseAsync(string analysis, string text) =>
        (await RunAsync("text-analysis", JsonSerializer.Serialize(new { analysis, text }))).Result!.Value;

    private static async Task<ToolReport> RunAsync(string handler, string parameters)
    {
        var order = Example.RunTool() with
        {
            Executor = new RunExecutor { Type = "builtin", Handler = handler },
            Parameters = Example.Json(parameters),
        };
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3")
        {
            ArgumentList = { "-I", "-S", Path.Combine(BuiltinTools.HostFolder, "main.py") },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var stdin = BuiltinTools.Stdin(order, new Dictionary<string, string> { ["CAPNS_ATTEMPT"] = "1" });
        await python.StandardInput.BaseStream.WriteAsync(stdin);
        python.StandardInput.Close();
        using var stdout = new MemoryStream();
        await python.StandardOutput.BaseStream.CopyToAsync(stdout);
        await python.WaitForExitAsync();
        var output = new ToolOutput(new NoEvents(), 64 * 1024);
        output.Stdout(stdout.ToArray());
        var report = output.Complete();
        Assert.Equal(report.Error is null ? 0 : 1, python.ExitCode);
        return report;
    }

    private sealed class NoEvents : IToolEvents
    {
        public void Add(ToolEvent happened) => Assert.Fail($"A built-in tool wrote {happened}.");
    }
}
