using System.Text.Json;

namespace Capns.Core.Tests.Validation;

/// <summary>One case of the JSON-Schema-Test-Suite.</summary>
internal sealed record SuiteCase(string Name, string Group, JsonElement Schema, JsonElement Instance, bool IsValid);

/// <summary>The suite's required cases for 2020-12, read from the test assembly.</summary>
internal static class SuiteCases
{
    private const string Prefix = "suite/";

    private static readonly Lazy<IReadOnlyDictionary<string, SuiteCase>> Loaded = new(Load);

    public static IReadOnlyDictionary<string, SuiteCase> All => Loaded.Value;

    private static Dictionary<string, SuiteCase> Load()
    {
        var assembly = typeof(SuiteCases).Assembly;
        var cases = new Dictionary<string, SuiteCase>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var document = JsonDocument.Parse(stream);
            foreach (var group in document.RootElement.Clone().EnumerateArray())
            {
                var description = $"{resource[Prefix.Length..]}: {group.GetProperty("description").GetString()}";
                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    var name = $"{description}: {test.GetProperty("description").GetString()}";
                    cases.Add(name, new SuiteCase(
                        name, description, group.GetProperty("schema"), test.GetProperty("data"), test.GetProperty("valid").GetBoolean()));
                }
            }
        }

        return cases;
    }
}
