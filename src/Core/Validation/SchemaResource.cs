using System.Text.Json;

namespace Capns.Core.Validation;

/// <summary>A schema with an identity of its own (<c>$id</c>), or the document's root, with the anchors inside it.</summary>
internal sealed class SchemaResource(SchemaIndex index, Uri uri, string path, JsonElement root)
{
    /// <summary>The index of the document it stands in.</summary>
    public SchemaIndex Index { get; } = index;

    /// <summary>Absolute, without fragment; base of the relative references inside.</summary>
    public Uri Uri { get; } = uri;

    /// <summary>JSON Pointer from the document's root.</summary>
    public string Path { get; } = path;

    /// <summary>Its text.</summary>
    public JsonElement Root { get; } = root;

    /// <summary>Schemas by <c>$anchor</c> or <c>$dynamicAnchor</c>.</summary>
    public Dictionary<string, SchemaNode> Anchors { get; } = new(StringComparer.Ordinal);

    /// <summary>Schemas by <c>$dynamicAnchor</c>.</summary>
    public Dictionary<string, SchemaNode> DynamicAnchors { get; } = new(StringComparer.Ordinal);
}
