using System.Text.Json;

namespace Capns.Core.Validation;

/// <summary>One schema or subschema. Written only while it is compiled, afterwards read by any thread.</summary>
internal sealed class SchemaNode(string path, JsonElement source, SchemaResource resource)
{
    /// <summary>JSON Pointer from the document's root.</summary>
    public string Path { get; } = path;

    /// <summary>The schema's own text: an object or a boolean.</summary>
    public JsonElement Source { get; } = source;

    /// <summary>The nearest schema around it, or itself, with an <c>$id</c>.</summary>
    public SchemaResource Resource { get; } = resource;

    /// <summary>What the schema asserts; those that look at what others left unevaluated come last.</summary>
    public IReadOnlyList<Keyword> Keywords { get; set; } = [];

    /// <summary>True when a keyword needs to know what its neighbours have evaluated.</summary>
    public bool HasUnevaluated { get; set; }

    /// <summary>Schemas that hold for the same value whenever this one does: allOf, $ref.</summary>
    public List<SchemaNode> Always { get; } = [];

    /// <summary>Schemas that may hold for the same value: anyOf, oneOf, then, else, dependentSchemas, $dynamicRef.</summary>
    public List<SchemaNode> Sometimes { get; } = [];

    /// <summary>Schemas that the same value is tried against without having to fit: if, not.</summary>
    public List<SchemaNode> Tried { get; } = [];

    /// <summary>Schemas of the properties named in <c>properties</c>.</summary>
    public Dictionary<string, SchemaNode> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>Schemas of properties by pattern.</summary>
    public List<(EcmaPattern Pattern, SchemaNode Node)> PatternProperties { get; } = [];

    /// <summary>Schemas of any other property: additionalProperties, unevaluatedProperties.</summary>
    public List<SchemaNode> OtherProperties { get; } = [];

    /// <summary>Schemas of the first elements.</summary>
    public List<SchemaNode> PrefixItems { get; } = [];

    /// <summary>Schemas of the elements after those: items, unevaluatedItems.</summary>
    public List<SchemaNode> OtherItems { get; } = [];

    /// <summary>Schema that some element fits.</summary>
    public SchemaNode? Contains { get; set; }

    /// <summary>The <c>default</c>, if there is one.</summary>
    public JsonElement? Default { get; set; }

    /// <summary>True with <c>x-secret: true</c>.</summary>
    public bool IsSecret { get; set; }
}
