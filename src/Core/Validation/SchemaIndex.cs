using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Validation;

/// <summary>Every schema of one document by its JSON Pointer, and every resource by its address.</summary>
internal sealed class SchemaIndex
{
    private IReadOnlyDictionary<string, SchemaResource> _shared = new Dictionary<string, SchemaResource>();
    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);

    /// <summary>The first mistake found while indexing or compiling.</summary>
    public SchemaError? Error { get; private set; }

    /// <summary>Schemas that are indexed and not yet compiled.</summary>
    public Queue<SchemaNode> Pending { get; } = new();

    /// <summary>The patterns of the document.</summary>
    public PatternPool Patterns { get; } = new();

    /// <summary>Every schema of the document.</summary>
    public IReadOnlyCollection<SchemaNode> Nodes => _nodes.Values;

    /// <summary>The resources of this document by absolute address.</summary>
    public IReadOnlyDictionary<string, SchemaResource> Resources => _resources;

    /// <summary>Keeps the first mistake.</summary>
    public void Refuse(string path, string keyword, string message) => Error ??= new SchemaError(path, keyword, message);

    /// <summary>Makes the resources of other documents known.</summary>
    public void Share(IReadOnlyDictionary<string, SchemaResource> others) => _shared = others;

    /// <summary>Indexes a whole document.</summary>
    public SchemaNode AddRoot(JsonElement root)
    {
        var resource = new SchemaResource(this, SchemaUris.NoIdentity, string.Empty, root);
        _resources[resource.Uri.AbsoluteUri] = resource;
        Visit(root, string.Empty, resource);
        return _nodes[string.Empty];
    }

    /// <summary>The schema at a pointer that indexing has passed.</summary>
    public SchemaNode At(string path) => _nodes[path];

    /// <summary>What a reference names; null when this document and the built-in meta-schema do not hold it.</summary>
    /// <param name="from">The resource in which the reference stands.</param>
    /// <param name="reference">A URI reference.</param>
    /// <param name="resource">Where the answer stands.</param>
    /// <param name="anchor">The plain name of the fragment; empty when it is a pointer.</param>
    public SchemaNode? Find(SchemaResource from, string reference, out SchemaResource? resource, out string anchor)
    {
        anchor = string.Empty;
        resource = null;
        if (!SchemaUris.TryResolve(from.Uri, reference, out var uri, out var fragment)
            || (!_resources.TryGetValue(uri.AbsoluteUri, out resource) && !_shared.TryGetValue(uri.AbsoluteUri, out resource)))
        {
            return null;
        }

        if (fragment.Length > 0 && fragment[0] != '/')
        {
            anchor = fragment;
            return resource.Anchors.GetValueOrDefault(fragment);
        }

        // Other documents are shared by all threads: only what they have indexed can be pointed at.
        return resource.Index == this
            ? FindByPath(resource, fragment)
            : resource.Index._nodes.GetValueOrDefault(resource.Path + fragment);
    }

    private SchemaNode? FindByPath(SchemaResource resource, string fragment)
    {
        var path = resource.Path + fragment;
        if (_nodes.TryGetValue(path, out var node))
        {
            return node;
        }

        // A reference may point where no keyword of ours expects a schema: it becomes one by being pointed at.
        if (!JsonPointer.TryResolve(resource.Root, fragment, out var found)
            || found.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False)
            || MetaSchema.Refuses(found, path, out var error) && Keep(error))
        {
            return null;
        }

        Visit(found, path, resource);
        return _nodes[path];
    }

    private bool Keep(SchemaError error)
    {
        Error ??= error;
        return true;
    }

    private void Visit(JsonElement schema, string path, SchemaResource around)
    {
        if (_nodes.ContainsKey(path))
        {
            return;
        }

        var resource = Identify(schema, path, around);
        var node = new SchemaNode(path, schema, resource);
        _nodes[path] = node;
        Pending.Enqueue(node);
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        Anchor(node, "$anchor", resource.Anchors);
        if (Anchor(node, "$dynamicAnchor", resource.Anchors))
        {
            Anchor(node, "$dynamicAnchor", resource.DynamicAnchors);
        }

        foreach (var property in schema.EnumerateObject())
        {
            VisitChildren(property, JsonPointer.Append(path, property.Name), resource);
        }
    }

    private void VisitChildren(JsonProperty property, string path, SchemaResource resource)
    {
        if (SchemaPositions.Single.Contains(property.Name))
        {
            Visit(property.Value, path, resource);
        }
        else if (SchemaPositions.Arrays.Contains(property.Name))
        {
            var position = 0;
            foreach (var item in property.Value.EnumerateArray())
            {
                Visit(item, JsonPointer.Append(path, position++), resource);
            }
        }
        else if (SchemaPositions.Maps.Contains(property.Name))
        {
            foreach (var member in property.Value.EnumerateObject())
            {
                Visit(member.Value, JsonPointer.Append(path, member.Name), resource);
            }
        }
    }

    private SchemaResource Identify(JsonElement schema, string path, SchemaResource around)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("$id", out var id))
        {
            return around;
        }

        if (!SchemaUris.TryResolve(around.Uri, id.GetString()!, out var uri, out _))
        {
            Refuse(JsonPointer.Append(path, "$id"), "$id", "must be a URI reference");
            return around;
        }

        var resource = new SchemaResource(this, uri, path, schema);
        if (_shared.ContainsKey(uri.AbsoluteUri) || !_resources.TryAdd(uri.AbsoluteUri, resource))
        {
            Refuse(JsonPointer.Append(path, "$id"), "$id", "must not be used by another schema");
        }

        return resource;
    }

    private bool Anchor(SchemaNode node, string keyword, Dictionary<string, SchemaNode> anchors)
    {
        if (!node.Source.TryGetProperty(keyword, out var name))
        {
            return false;
        }

        if (!anchors.TryAdd(name.GetString()!, node) && anchors[name.GetString()!] != node)
        {
            Refuse(JsonPointer.Append(node.Path, keyword), keyword, "must not be used twice in one schema resource");
        }

        return true;
    }
}
