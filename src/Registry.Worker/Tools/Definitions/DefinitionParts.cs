using System.Globalization;
using System.Text.Json;
using Capns.Contracts;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Definitions;

/// <summary>Reads the parts of a definition that are lists or objects of their own.</summary>
internal static class DefinitionParts
{
    public static IReadOnlyList<ToolExample> Examples(JsonFields parent) => Each(parent, "examples", 20, fields =>
    {
        fields.Require("name", "text of 1 to 255 characters");
        fields.Require("input", "an object that fits parameters");
        return new ToolExample
        {
            Name = fields.Text("name", 255) ?? "",
            Description = fields.Text("description", 4000, 0),
            Input = fields.Object("input") ?? default,
            ExpectedOutput = fields.Any("expectedOutput"),
            Notes = fields.Text("notes", 4000, 0),
        };
    });

    public static IReadOnlyList<ToolOperation> Operations(JsonFields parent, string levels) => Each(parent, "operations", 50, fields =>
    {
        fields.Require("id", "text of 1 to 128 characters");
        fields.Require("name", "text of 1 to 255 characters");
        fields.Require("inputSchema", "a JSON Schema with type object");
        return new ToolOperation
        {
            Id = fields.Text("id", 128) ?? "",
            Name = fields.Text("name", 255) ?? "",
            InputSchema = fields.Object("inputSchema") ?? default,
            OutputSchema = fields.Any("outputSchema"),
            SecurityLevel = fields.Enumeration<SecurityLevel>("securityLevel", levels),
            RequiredPermissions = fields.Texts("requiredPermissions", 20, 128) ?? [],
        };
    });

    public static IReadOnlyList<ToolDependency> Dependencies(JsonFields parent)
    {
        var read = new List<ToolDependency>();
        var items = parent.Items("dependencies", 50) ?? [];
        for (var index = 0; index < items.Count; index++)
        {
            var name = $"dependencies/{index}";
            if (items[index].ValueKind == JsonValueKind.String)
            {
                read.Add(new ToolDependency { ToolId = items[index].GetString()! });
            }
            else if (items[index].ValueKind == JsonValueKind.Object)
            {
                var fields = new JsonFields(items[index], $"{parent.Path}/{name}", parent.Errors);
                fields.Require("toolId", "uuid or slug of the tool that is needed");
                read.Add(new ToolDependency { ToolId = fields.Text("toolId", 128) ?? "", Version = fields.Text("version", 128) });
                fields.RefuseUnknown();
            }
            else
            {
                parent.Note(name, "type", $"must be a slug, a uuid or {{toolId, version?}}; it is {Preview.Of(items[index])}");
            }
        }

        return read;
    }

    public static ToolRateLimits RateLimits(JsonFields parent)
    {
        if (parent.Fields("rateLimits") is not { } fields)
        {
            return new ToolRateLimits();
        }

        var limits = new ToolRateLimits
        {
            MaxCallsPerMinute = fields.Integer("maxCallsPerMinute", 1, 1_000_000),
            MaxCallsPerHour = fields.Integer("maxCallsPerHour", 1, 60_000_000),
            MaxConcurrentExecutions = fields.Integer("maxConcurrentExecutions", 1, 100_000),
            OnLimit = fields.Word("onLimit", "wait", "reject") ?? "wait",
        };
        fields.RefuseUnknown();
        return limits;
    }

    /// <summary>Bounds are those of the installation: MAX_EXECUTION_TIMEOUT, MAX_MEMORY, MAX_CPU.</summary>
    public static ToolLimits Limits(JsonFields parent, ToolOptions options)
    {
        if (parent.Fields("executionConfig") is not { } fields)
        {
            return new ToolLimits();
        }

        var limits = new ToolLimits
        {
            Timeout = fields.Integer("timeout", 1, options.MaxTimeoutMs, "milliseconds"),
            MemoryLimit = Memory(fields, options),
            CpuLimit = (double?)fields.Number("cpuLimit", 0.05m, (decimal)options.MaxCpu),
            NetworkAccess = fields.Flag("networkAccess") ?? false,
            MaxNetworkCalls = fields.Integer("maxNetworkCalls", 0, 1_000_000),
            AllowedHosts = fields.Texts("allowedHosts", 100, 253) ?? [],
            PersistentStorage = fields.Flag("persistentStorage") ?? false,
            Isolation = fields.Word("isolation", "native", "container", "vm"),
        };
        fields.RefuseUnknown();
        return limits;
    }

    private static int? Memory(JsonFields fields, ToolOptions options)
    {
        const string Name = "memoryLimit";
        if (fields.Any(Name) is not { } value)
        {
            return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.TryGetDecimal(out var number) ? number.ToString(CultureInfo.InvariantCulture) : "",
            _ => "",
        };
        if (!MemorySize.TryParse(text, out var megabytes))
        {
            fields.Note(Name, "format", $"must be {MemorySize.Expectation}; it is {Preview.Of(value)}");
            return null;
        }

        if (megabytes < MemorySize.Min)
        {
            fields.Note(Name, "minimum", $"must be at least {MemorySize.Min} MB; it is {Preview.Of(value)}");
            return null;
        }

        if (megabytes > options.MaxMemoryMb)
        {
            fields.Note(Name, "maximum", $"must be at most {options.MaxMemoryMb} MB (MAX_MEMORY); it is {Preview.Of(value)}");
            return null;
        }

        return megabytes;
    }

    private static List<T> Each<T>(JsonFields parent, string name, int max, Func<JsonFields, T> read)
    {
        var elements = new List<T>();
        var items = parent.Items(name, max) ?? [];
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index].ValueKind != JsonValueKind.Object)
            {
                parent.Note($"{name}/{index}", "type", $"must be an object; it is {Preview.Of(items[index])}");
                continue;
            }

            var fields = new JsonFields(items[index], $"{parent.Path}/{name}/{index}", parent.Errors);
            elements.Add(read(fields));
            fields.RefuseUnknown();
        }

        return elements;
    }
}
