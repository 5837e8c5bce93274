using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Loading;
using Xunit;

namespace Capns.Registry.Worker.Tests.Tools;

/// <summary>Runs the programs of infra/examples/tools on this host, by the tool contract of platform spec 5.5.</summary>
public sealed class ExampleToolTests
{
    internal static readonly string Folder = Path.Combine(Root(), "infra", "examples", "tools");

    public static TheoryData<string, string> Examples()
    {
        var data = new TheoryData<string, string>();
        foreach (var path in Directory.EnumerateFiles(Folder, "*.json"))
        {
            foreach (var example in JsonNode.Parse(File.ReadAllText(path))!["examples"]!.AsArray())
            {
                data.Add(Path.GetFileName(path), example!["name"]!.GetValue<string>());
            }
        }

        return data;
    }

    [Theory]
    [InlineData("text-statistics.json")]
    [InlineData("csv-to-json.json")]
    [InlineData("word-frequency.json")]
    [InlineData("pdf-text.json")]
    [InlineData("file-preview.json")]
    [InlineData("png-thumbnail.json")]
    [InlineData("slow-count.json")]
    [InlineData("always-fails.json")]
    public void Definition_OfAnExample_IsValid(string file) => Assert.NotNull(Read(file));

    [Fact]
    public void Definitions_OfTheBuiltinTools_AreValid()
    {
        var tools = DefinitionFile.Builtin().Select(file => DefinitionCheck.Check(file.Document!.Value, new ToolOptions(), out var errors) ?? throw new InvalidOperationException($"{file.Name}: {errors[0].Message}")).ToList();
        Assert.Equal(ExecutorReader.Handlers.Order(), tools.Select(tool => tool.Executor.Handler).Order());
        Assert.All(tools, tool => Assert.True(Guid.TryParse(tool.Id, out _)));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Program_GivenAnExample_GivesTheExpectedOutput(string file, string name)
    {
        var definition = Read(file);
        var example = definition.Examples.Single(known => known.Name == name);

        var run = await RunAsync(definition, example.Input.GetRawText());

        Assert.Equal(0, run.ExitCode);
        Assert.True(JsonElement.DeepEquals(example.ExpectedOutput!.Value, run.Result), $"got {run.Result}");
    }

    [Theory]
    [InlineData("pdf-text.json", """{"pdf":"bm8gcGRm"}""")]
    [InlineData("pdf-text.json", """{"pdf":"%%%"}""")]
    [InlineData("csv-to-json.json", """{"csv":"a,b\n1\n"}""")]
    [InlineData("png-thumbnail.json", """{"file":"bm8gcG5n"}""")]
    [InlineData("png-thumbnail.json", """{"file":"iVBORw0KGgoAAAANSUhEUgAAAAI="}""")]
    [InlineData("file-preview.json", """{"file":"%%%"}""")]
    public async Task Program_GivenBadInput_SaysSoInAnErrorLine(string file, string input)
    {
        var run = await RunAsync(Read(file), input);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(run.Lines, line => line["$capns"]!.GetValue<string>() == "error" && line["type"]!.GetValue<string>() == "validation");
    }

    [Fact]
    public async Task AlwaysFails_Run_ExitsWith3AndAnErrorLine()
    {
        var run = await RunAsync(Read("always-fails.json"), "{}");
        Assert.Equal(3, run.ExitCode);
        Assert.Equal("This tool always fails.", Assert.Single(run.Lines)["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task SlowCount_Run_ReportsItsProgress()
    {
        var run = await RunAsync(Read("slow-count.json"), """{"seconds":0.1,"stepsPerSecond":50}""");
        Assert.Equal([20, 40, 60, 80, 100], run.Lines.Where(line => line["$capns"]!.GetValue<string>() == "progress").Select(line => line["progress"]!.GetValue<double>()));
    }

    private static ToolDefinition Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file)));
        var definition = DefinitionCheck.Check(document.RootElement.Clone(), new ToolOptions(), out var errors);
        Assert.Empty(errors);
        return definition!;
    }

    private static async Task<ProgramRun> RunAsync(ToolDefinition definition, string input)
    {
        var program = definition.Executor.Command[0].Replace("/tools", Folder, StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await error;
        await process.WaitForExitAsync();

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var control = lines.Select(Control).OfType<JsonObject>().ToList();
        var value = control.FirstOrDefault(line => line["$capns"]!.GetValue<string>() == "result")?["value"];
        var plain = string.Join('\n', lines.Where(line => Control(line) is null));
        return new ProgramRun(process.ExitCode, control, value is not null ? JsonSerializer.SerializeToElement(value, WireJson.Options)
            : process.ExitCode == 0 ? JsonSerializer.Deserialize<JsonElement>(plain) : default);
    }

    private static JsonObject? Control(string line) => line.StartsWith('{') && JsonNode.Parse(line) is JsonObject read && read.ContainsKey("$capns") ? read : null;

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));

    private sealed record ProgramRun(int ExitCode, IReadOnlyList<JsonObject> Lines, JsonElement Result);
}
