using System.Text.Json;
using System.Text.RegularExpressions;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Definitions;

/// <summary>Reads what an attempt runs (platform spec 5.5). Executors that this build cannot run are refused, not stored.</summary>
internal static partial class ExecutorReader
{
    /// <summary>Programs that ship with the runner (platform spec 5.14).</summary>
    public static readonly IReadOnlyList<string> Handlers = ["math-calculator", "text-analysis", "time-utility", "id-generator"];

    private static readonly string[] NotBuiltYet = ["http", "mcp", "grpc", "plugin", "remote-queue"];

    /// <summary>Reads member <c>executor</c>; absent, it is the built-in tool of the definition's own slug.</summary>
    public static ToolExecutor Read(JsonFields parent)
    {
        if (parent.Any("executor") is null)
        {
            return Default(parent);
        }

        var type = "";
        if (parent.Fields("executor") is { } fields)
        {
            fields.Require("type", "builtin, command or container");
            type = fields.Text("type", 32) ?? "";
            switch (type)
            {
                case "builtin":
                    return Builtin(fields);
                case "command":
                    return Program(fields, type, image: null);
                case "container":
                    return Program(fields, type, Image(fields));
                case "":
                    break;
                default:
                    fields.Note("type", "enum", NotBuiltYet.Contains(type)
                        ? $"is {Preview.Of(type)}, which this version of the platform cannot run yet; it runs builtin, command and container"
                        : $"must be builtin, command or container; it is {Preview.Of(type)}");
                    break;
            }
        }

        return new ToolExecutor { Type = type };
    }

    private static ToolExecutor Default(JsonFields parent)
    {
        var handler = parent.Any("id") is { ValueKind: JsonValueKind.String } id ? id.GetString()! : "";
        if (!Handlers.Contains(handler))
        {
            parent.Note("executor", "required", "is required: an object with type builtin, command or container; only the built-in tools may leave it out");
        }

        return new ToolExecutor { Type = "builtin", Handler = handler };
    }

    private static ToolExecutor Builtin(JsonFields fields)
    {
        fields.Require("handler", $"one of {string.Join(", ", Handlers)}");
        var handler = fields.Text("handler", 128);
        if (handler is not null && !Handlers.Contains(handler))
        {
            fields.Note("handler", "enum", $"must be one of {string.Join(", ", Handlers)}; it is {Preview.Of(handler)}");
        }

        fields.RefuseUnknown();
        return new ToolExecutor { Type = "builtin", Handler = handler };
    }

    private static ToolExecutor Program(JsonFields fields, string type, string? image)
    {
        var command = fields.Texts("command", 256, 4096) ?? [];
        if (type == "command")
        {
            fields.Require("command", "the program and its arguments");
            if (fields.Any("command") is { ValueKind: JsonValueKind.Array } given && given.GetArrayLength() == 0)
            {
                fields.Note("command", "minItems", "must have at least 1 element, the program; it has 0");
            }
        }

        var executor = new ToolExecutor { Type = type, Image = image, Command = command, Env = Environment(fields) };
        fields.RefuseUnknown();
        return executor;
    }

    private static string? Image(JsonFields fields)
    {
        fields.Require("image", "the name of an OCI image, with digest where one is known");
        var image = fields.Text("image", 512);
        if (image is not null && !ImageName().IsMatch(image))
        {
            fields.Note("image", "pattern", $"must be an image name like registry/name:tag or name@sha256:<64 hex digits>; it is {Preview.Of(image)}");
        }

        return image;
    }

    private static Dictionary<string, string> Environment(JsonFields parent)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        if (parent.Object("env") is not { } value)
        {
            return environment;
        }

        var fields = new JsonFields(value, $"{parent.Path}/env", parent.Errors);
        foreach (var member in value.EnumerateObject())
        {
            if (!VariableName().IsMatch(member.Name) || member.Name.StartsWith("CAPNS_", StringComparison.Ordinal))
            {
                fields.Note(Preview.Step(Preview.Cut(member.Name)), "propertyNames", "must be a variable name of letters, digits and '_' that does not start with CAPNS_");
            }
            else if (fields.Text(member.Name, 32_768, 0) is { } text)
            {
                environment[member.Name] = text;
            }
        }

        return environment;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._/:-]*(@sha256:[0-9a-f]{64})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ImageName();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
