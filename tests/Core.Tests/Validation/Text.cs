using System.Text.Json;
using Capns.Core.Validation;

namespace Capns.Core.Tests.Validation;

/// <summary>Schemas and values from their text.</summary>
internal static class Text
{
    public static JsonElement Value(string text) => JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 5000 }).RootElement;

    public static JsonSchema Schema(string text, bool strict = false) =>
        JsonSchema.TryCompile(Value(text), out var schema, out var error, new SchemaOptions { StrictProperties = strict })
            ? schema
            : throw new InvalidOperationException(error.ToString());

    public static SchemaError Mistake(string text) =>
        JsonSchema.TryCompile(Value(text), out _, out var error)
            ? throw new InvalidOperationException("It is a schema.")
            : error;
}
