using System.Runtime.InteropServices;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Validation;

/// <summary>Turns the text of a schema into keywords that refer to one another.</summary>
internal sealed class SchemaCompiler(SchemaIndex index)
{
    /// <summary>Compiles a document; null, with the first mistake, when it is not a schema that we can use.</summary>
    public static JsonSchema? Compile(JsonElement schema, SchemaOptions options, out SchemaError? error)
    {
        error = FindMistake(schema);
        if (error is not null)
        {
            return null;
        }

        var index = new SchemaIndex();
        index.Share(MetaSchema.Resources);
        var root = index.AddRoot(schema.Clone());
        if (index.Error is null)
        {
            new SchemaCompiler(index).CompilePending();
        }

        if (index.Error is null && SchemaCircles.Find(index.Nodes) is { } circle)
        {
            index.Refuse(circle.Path, "$ref", "must not lead back to itself without going into a part of the value");
        }

        error = index.Error;
        if (error is null && options.StrictProperties)
        {
            StrictProperties.Close(root);
        }

        return error is not null ? null : new JsonSchema(root)
        {
            HasSecrets = index.Nodes.Any(node => node.IsSecret),
            HasDefaults = index.Nodes.Any(node => node.Default is not null),
        };
    }

    /// <summary>Compiles everything that is indexed, and what references add while that goes on.</summary>
    public void CompilePending()
    {
        while (index.Error is null && index.Pending.TryDequeue(out var node))
        {
            CompileNode(node);
        }
    }

    private void CompileNode(SchemaNode node)
    {
        if (node.Source.ValueKind == JsonValueKind.False)
        {
            node.Keywords = [new Keywords.NothingKeyword()];
        }

        if (node.Source.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var keywords = new List<Keyword>();
        foreach (var property in node.Source.EnumerateObject())
        {
            var source = new KeywordSource(index, node, property.Name, property.Value);
            if (KeywordTable.Create(source) is { } keyword)
            {
                keywords.Add(keyword);
            }
        }

        node.Keywords = [.. keywords.OrderBy(keyword => keyword.IsLast)];
        node.HasUnevaluated = keywords.Exists(keyword => keyword.IsLast);
    }

    private static SchemaError? FindMistake(JsonElement schema)
    {
        if (schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
        {
            return new SchemaError(string.Empty, string.Empty, "must be an object or a boolean");
        }

        var bytes = JsonMarshal.GetRawUtf8Value(schema).Length;
        if (bytes > JsonSchema.MaxBytes)
        {
            return new SchemaError(string.Empty, string.Empty, $"has {bytes} bytes; at most {JsonSchema.MaxBytes} are allowed");
        }

        if (JsonTextGuard.FindProblem(schema, JsonSchema.MaxDepth) is { } problem)
        {
            return new SchemaError(string.Empty, string.Empty, problem);
        }

        if (MetaSchema.Refuses(schema, string.Empty, out var error))
        {
            return error;
        }

        return schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$schema", out var dialect)
            && dialect.GetString()!.TrimEnd('#') != MetaSchema.Dialect
                ? new SchemaError("/$schema", "$schema", $"must be {MetaSchema.Dialect}, or be left out")
                : null;
    }
}
