using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Capns.Core.Validation;

/// <summary>The 2020-12 meta-schema, built in: schemas are checked against it and may refer to it.</summary>
internal static class MetaSchema
{
    /// <summary>The only value of <c>$schema</c> that is understood (an empty fragment may follow).</summary>
    public const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    private const string ResourcePrefix = "metaschema/";

    private static readonly Lazy<IReadOnlyDictionary<string, SchemaResource>> Loaded = new(Load);

    /// <summary>The meta-schema and its vocabularies by address, compiled.</summary>
    public static IReadOnlyDictionary<string, SchemaResource> Resources => Loaded.Value;

    /// <summary>True, with the first mistake, when a value is not a schema.</summary>
    /// <param name="schema">Any value that can be walked safely.</param>
    /// <param name="path">Where it stands in its document; paths of errors begin with it.</param>
    /// <param name="error">The mistake.</param>
    public static bool Refuses(JsonElement schema, string path, [NotNullWhen(true)] out SchemaError? error)
    {
        var root = Resources[Dialect].Index.At(string.Empty);
        error = Evaluation.Run(root, schema) is [var first, ..]
            ? new SchemaError(path + first.Path, KeywordAt(first), first.Message)
            : null;
        return error is not null;
    }

    /// <summary>The keyword that the path ends in, or under; the one of the meta-schema when there is none.</summary>
    private static string KeywordAt(ValidationError error)
    {
        var name = Array.FindLast(error.Path.Split('/'), part => KeywordTable.Knows(part) || SchemaPositions.Maps.Contains(part));
        return name ?? error.Keyword;
    }

    private static Dictionary<string, SchemaResource> Load()
    {
        var shared = new Dictionary<string, SchemaResource>(StringComparer.Ordinal);
        var assembly = typeof(MetaSchema).Assembly;
        var indexes = new List<SchemaIndex>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var document = JsonDocument.Parse(stream);
            var index = new SchemaIndex();
            index.AddRoot(document.RootElement.Clone());
            indexes.Add(index);
            var resource = index.At(string.Empty).Resource;
            shared.Add(resource.Uri.AbsoluteUri, resource);
        }

        foreach (var index in indexes)
        {
            index.Share(shared);
            new SchemaCompiler(index).CompilePending();
        }

        return shared;
    }
}
