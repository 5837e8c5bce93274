using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Capns.Core.Media;

/// <summary>
/// The profile schemas that every installation knows without a network (CapNs spec 9.1): JSON's types, and arrays of them.
/// </summary>
public sealed class EmbeddedProfileSchemas : IProfileSchemaSource
{
    private static readonly (string Name, string Title, string Type)[] Types =
    [
        (ProfileNames.String, "Text", "string"),
        (ProfileNames.Integer, "Whole number", "integer"),
        (ProfileNames.Number, "Number", "number"),
        (ProfileNames.Boolean, "True or false", "boolean"),
        (ProfileNames.Object, "Object", "object"),
    ];

    private readonly FrozenDictionary<string, JsonElement> _byUri;

    /// <summary>Builds them for a schema base of one's own.</summary>
    /// <param name="schemaBaseUrl">What the addresses of the profiles begin with; see <see cref="SchemaBaseUrl.From"/>.</param>
    public EmbeddedProfileSchemas(string schemaBaseUrl = SchemaBaseUrl.Default) =>
        _byUri = Types
            .Select(type => Schema(schemaBaseUrl, type.Name, type.Title, new JsonObject { ["type"] = type.Type }))
            .Concat(Types.Select(type => Schema(schemaBaseUrl, $"{type.Name}-array", $"List: {type.Title}", new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = type.Type },
            })))
            .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The schemas with the usual addresses.</summary>
    public static EmbeddedProfileSchemas Instance { get; } = new();

    /// <summary>The addresses of all of them.</summary>
    public IReadOnlyCollection<string> ProfileUris => _byUri.Keys;

    /// <summary>True when this profile needs no network.</summary>
    public bool Contains(string profileUri) => _byUri.ContainsKey(profileUri);

    /// <inheritdoc />
    public ValueTask<JsonElement?> FindAsync(string profileUri, CancellationToken cancellationToken = default) =>
        new(_byUri.TryGetValue(profileUri, out var schema) ? schema : null);

    private static KeyValuePair<string, JsonElement> Schema(string schemaBaseUrl, string name, string title, JsonObject rule)
    {
        var uri = SchemaBaseUrl.ProfileUrl(name, schemaBaseUrl);
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = uri,
            ["title"] = title,
            ["description"] = $"Values of the profile {name}.",
        };
        foreach (var (keyword, value) in rule)
        {
            schema[keyword] = value!.DeepClone();
        }

        return new(uri, JsonElement.Parse(schema.ToJsonString()));
    }
}
