using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Definitions;
using Xunit;

namespace Capns.Registry.Worker.Tests.Tools;

/// <summary>Valid tool definitions, to be changed in what a test is about.</summary>
internal static class Definitions
{
    /// <summary>A safe tool with a required number and a default.</summary>
    public static JsonObject Valid(string id = "adder") => new()
    {
        ["id"] = id,
        ["name"] = id,
        ["description"] = "Adds.",
        ["version"] = "1.0.0",
        ["category"] = "computation",
        ["parameters"] = JsonNode.Parse("""
            {"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number","default":1}},"required":["a"]}
            """),
        ["securityLevel"] = "safe",
        ["executor"] = new JsonObject { ["type"] = "command", ["command"] = new JsonArray("/bin/true") },
    };

    /// <summary>The same with one member replaced; null removes it. <paramref name="path"/> is a name or names with dots.</summary>
    public static JsonObject With(this JsonObject definition, string path, JsonNode? value)
    {
        var names = path.Split('.');
        var at = definition;
        foreach (var name in names[..^1])
        {
            at[name] ??= new JsonObject();
            at = at[name]!.AsObject();
        }

        if (value is null)
        {
            at.Remove(names[^1]);
        }
        else
        {
            at[names[^1]] = value;
        }

        return definition;
    }

    public static JsonElement Element(this JsonNode node) => JsonSerializer.SerializeToElement(node, WireJson.Options);

    public static IReadOnlyList<FieldError> Errors(JsonNode definition, ToolOptions? options = null)
    {
        DefinitionCheck.Check(definition.Element(), options ?? new ToolOptions(), out var errors);
        return errors;
    }

    public static ToolDefinition Checked(JsonNode definition)
    {
        var read = DefinitionCheck.Check(definition.Element(), new ToolOptions(), out var errors);
        Assert.Empty(errors);
        return read!;
    }
}
