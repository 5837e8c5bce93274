using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Capns.Core.Validation;

/// <summary>A compiled JSON Schema 2020-12. Compile once, use from any number of threads.</summary>
/// <remarks>
/// All vocabularies; <c>format</c> and <c>content*</c> are annotations only. There is no network: a <c>$ref</c> reaches
/// what the document itself holds, and the 2020-12 meta-schema. Patterns are ECMA-262's; see <see cref="EcmaPattern"/>.
/// </remarks>
public sealed class JsonSchema
{
    /// <summary>Longest schema text, included: 262,144 bytes of UTF-8 (platform spec 5.2).</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Most levels of objects and arrays in the text of a schema, included (platform spec 5.2).</summary>
    public const int MaxDepth = 32;

    /// <summary>Most errors that one validation lists; it stops there.</summary>
    public const int MaxErrors = 50;

    /// <summary>Longest pattern, included, in UTF-16 units; also of a rule of a media type.</summary>
    public const int MaxPatternLength = 4096;

    /// <summary>Most groups of a pattern inside one another, included; also of a rule of a media type.</summary>
    /// <remarks>Source: <c>nest_limit</c> of the Rust crate regex, the engine of the CapNs reference, which counts more than groups.</remarks>
    public const int MaxPatternNesting = 250;

    internal JsonSchema(SchemaNode root) => Root = root;

    /// <summary>True when any part of the schema is marked <c>x-secret</c>.</summary>
    public bool HasSecrets { get; internal init; }

    /// <summary>True when any part of the schema has a <c>default</c>.</summary>
    public bool HasDefaults { get; internal init; }

    internal SchemaNode Root { get; }

    /// <summary>Reads a schema.</summary>
    /// <param name="schema">An object or a boolean. It is copied; its document may be disposed.</param>
    /// <param name="compiled">The schema, when the answer is true.</param>
    /// <param name="error">The first mistake, when the answer is false.</param>
    /// <param name="options">Absent: the defaults of <see cref="SchemaOptions"/>.</param>
    public static bool TryCompile(
        JsonElement schema,
        [NotNullWhen(true)] out JsonSchema? compiled,
        [NotNullWhen(false)] out SchemaError? error,
        SchemaOptions? options = null)
    {
        compiled = SchemaCompiler.Compile(schema, options ?? new SchemaOptions(), out error);
        return compiled is not null;
    }

    /// <summary>Checks a value.</summary>
    /// <param name="instance">Any value; one that cannot be walked safely (depth, broken text) is refused, never thrown on.</param>
    /// <returns>Empty when the value fits; at most <see cref="MaxErrors"/> errors, in the order of the schema.</returns>
    public IReadOnlyList<ValidationError> Validate(JsonElement instance) => Evaluation.Run(Root, instance);
}
