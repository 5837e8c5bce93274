using System.Text.Json;
using Capns.Contracts;
using Capns.Core.Validation;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Definitions;

/// <summary>The compiled schemas of one version. Immutable; thread-safe.</summary>
internal sealed class ToolSchemas
{
    private static readonly SchemaOptions Strict = new() { StrictProperties = true };

    private readonly SchemaPair _parameters;
    private readonly Dictionary<string, SchemaPair> _operations;
    private readonly bool _strict;
    private readonly Dictionary<string, JsonSchema> _outputs;

    private ToolSchemas(ToolDefinition definition, SchemaPair parameters, JsonSchema? result, Dictionary<string, SchemaPair> operations, Dictionary<string, JsonSchema> outputs)
    {
        _outputs = outputs;
        _parameters = parameters;
        _operations = operations;
        _strict = definition.SecurityLevel >= SecurityLevel.Moderate;
        Result = result;
    }

    /// <summary>Schema of the result. Absent: anything goes.</summary>
    public JsonSchema? Result { get; }

    /// <summary>Compiles all schemas of a definition.</summary>
    /// <param name="definition">Whose.</param>
    /// <param name="errors">Gets what does not compile.</param>
    /// <returns>Null when one does not compile.</returns>
    public static ToolSchemas? Compile(ToolDefinition definition, ICollection<FieldError> errors)
    {
        var before = errors.Count;
        var parameters = Input(definition.Parameters, "/parameters", errors);
        var result = definition.ReturnType is { } returnType ? One(returnType, "/returnType", null, errors) : null;
        var operations = new Dictionary<string, SchemaPair>(StringComparer.Ordinal);
        var outputs = new Dictionary<string, JsonSchema>(StringComparer.Ordinal);
        for (var index = 0; index < definition.Operations.Count; index++)
        {
            var operation = definition.Operations[index];
            var path = $"/operations/{index}";
            if (Input(operation.InputSchema, $"{path}/inputSchema", errors) is { } input && !operations.TryAdd(operation.Id, input))
            {
                errors.Add(new FieldError($"{path}/id", "uniqueItems", $"operations/{index}/id must be given once; {Preview.Of(operation.Id)} is given twice."));
            }

            if (operation.OutputSchema is { } output && One(output, $"{path}/outputSchema", null, errors) is { } compiled)
            {
                outputs[operation.Id] = compiled;
            }
        }

        return errors.Count == before ? new ToolSchemas(definition, parameters!, result, operations, outputs) : null;
    }

    /// <summary>The schema that parameters must fit.</summary>
    /// <param name="operation">For tools with operations; its schema replaces the tool's.</param>
    /// <param name="strict">True: unknown properties are refused unless the schema allows them.</param>
    public JsonSchema Parameters(string? operation, bool strict)
    {
        var pair = operation is null ? _parameters : _operations[operation];
        return strict ? pair.Strict : pair.Lenient;
    }

    /// <summary>True when the result of an operation, or of the tool, may hold secrets.</summary>
    public bool ResultHasSecrets(string? operation) =>
        (operation is not null && _outputs.TryGetValue(operation, out var output) ? output : Result)?.HasSecrets ?? false;

    /// <summary>Checks an example's input as a run of the tool's own level would; with operations, it must fit one of them.</summary>
    public IReadOnlyList<FieldError> CheckInput(JsonElement input)
    {
        IReadOnlyList<FieldError>? first = null;
        foreach (var pair in _operations.Count == 0 ? [_parameters] : (IEnumerable<SchemaPair>)_operations.Values)
        {
            var schema = _strict ? pair.Strict : pair.Lenient;
            IReadOnlyList<ValidationError> found = DefaultFiller.TryFill(schema, input, out var completed, out var unfilled) ? schema.Validate(completed) : [unfilled];
            IReadOnlyList<FieldError> errors = [.. found.Select(error => new FieldError(error.Path, error.Keyword, error.Message))];
            if (errors.Count == 0)
            {
                return errors;
            }

            first ??= errors;
        }

        return first ?? [];
    }

    private static SchemaPair? Input(JsonElement schema, string path, ICollection<FieldError> errors)
    {
        if (!schema.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String || type.GetString() != "object")
        {
            errors.Add(new FieldError($"{path}/type", "const", $"{path[1..]}/type must be \"object\": parameters are a JSON object."));
            return null;
        }

        return One(schema, path, null, errors) is { } lenient && One(schema, path, Strict, errors) is { } strict ? new SchemaPair(lenient, strict) : null;
    }

    private static JsonSchema? One(JsonElement schema, string path, SchemaOptions? options, ICollection<FieldError> errors)
    {
        if (JsonSchema.TryCompile(schema, out var compiled, out var error, options))
        {
            return compiled;
        }

        var at = path + error.Path;
        errors.Add(new FieldError(at, error.Keyword.Length == 0 ? "schema" : error.Keyword, $"{at[1..]} {error.Message.TrimEnd('.')}."));
        return null;
    }

    private sealed record SchemaPair(JsonSchema Lenient, JsonSchema Strict);
}
