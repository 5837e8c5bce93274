using Capns.Testing;
using System.Text.Json;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>The examples that the example tools' own definitions give.</summary>
public static class ExampleTools
{
    /// <summary>Tool, name of the example, input, expected output or null.</summary>
    public static TheoryData<string, string, string, string?> Runs()
    {
        var runs = new TheoryData<string, string, string, string?>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "infra", "examples", "tools"), "*.json").Order(StringComparer.Ordinal))
        {
            using var definition = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!definition.RootElement.TryGetProperty("examples", out var examples))
            {
                continue;
            }

            var tool = definition.RootElement.GetProperty("id").GetString()!;
            foreach (var example in examples.EnumerateArray())
            {
                if (example.TryGetProperty("expectedOutput", out var output))
                {
                    runs.Add(tool, example.GetProperty("name").GetString()!, example.GetProperty("input").GetRawText(), output.GetRawText());
                }
            }
        }

        return runs;
    }
}
