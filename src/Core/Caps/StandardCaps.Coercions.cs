using System.Collections.Frozen;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Caps;

/// <content>Changing a value from one plain type to another.</content>
public static partial class StandardCaps
{
    private static readonly (string Name, string Urn)[] PlainTypes =
    [
        ("string", MediaUrnText.String),
        ("integer", MediaUrnText.Integer),
        ("number", MediaUrnText.Number),
        ("boolean", MediaUrnText.Boolean),
        ("object", MediaUrnText.Object),
        ("string-array", MediaUrnText.StringArray),
        ("integer-array", MediaUrnText.IntegerArray),
        ("number-array", MediaUrnText.NumberArray),
        ("boolean-array", MediaUrnText.BooleanArray),
        ("object-array", MediaUrnText.ObjectArray),
    ];

    private static readonly FrozenDictionary<string, string> UrnOfType = PlainTypes.ToFrozenDictionary(type => type.Name, type => type.Urn);

    /// <summary>The 19 changes that everybody offers; each is (source, target), by the names of <see cref="Coercion"/>.</summary>
    public static IReadOnlyList<(string Source, string Target)> CoercionPaths { get; } =
    [
        .. PlainTypes.Where(type => type.Name != "string").Select(type => (type.Name, "string")),
        ("string", "integer"), ("number", "integer"), ("boolean", "integer"),
        ("string", "number"), ("integer", "number"), ("boolean", "number"),
        ("string", "object"), ("integer", "object"), ("number", "object"), ("boolean", "object"),
    ];

    /// <summary>Changes a value of one type into one of another. Any two types have a URN, also where nobody offers the change.</summary>
    /// <param name="source">
    /// <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>object</c>, or one of these with <c>-array</c>.
    /// </param>
    /// <param name="target">The same.</param>
    /// <exception cref="ArgumentException">A name is none of these.</exception>
    public static CapUrn Coercion(string source, string target) =>
        From(UrnOf(source, nameof(source)), UrnOf(target, nameof(target))).Tag("op", "coerce").Tag("target", target).Build();

    /// <summary>Changes a value into text.</summary>
    /// <inheritdoc cref="Coercion" path="/param[@name='source']|/exception" />
    public static CapUrn CoercionToString(string source) => Coercion(source, "string");

    /// <summary>Changes a value into a whole number.</summary>
    /// <inheritdoc cref="Coercion" path="/param[@name='source']|/exception" />
    public static CapUrn CoercionToInteger(string source) => Coercion(source, "integer");

    /// <summary>Changes a value into a number.</summary>
    /// <inheritdoc cref="Coercion" path="/param[@name='source']|/exception" />
    public static CapUrn CoercionToNumber(string source) => Coercion(source, "number");

    /// <summary>Changes a value into an object.</summary>
    /// <inheritdoc cref="Coercion" path="/param[@name='source']|/exception" />
    public static CapUrn CoercionToObject(string source) => Coercion(source, "object");

    private static string UrnOf(string type, string parameter) =>
        UrnOfType.TryGetValue(type, out var urn)
            ? urn
            : throw new ArgumentException(
                $"'{type}' is not a type: it must be one of {string.Join(", ", PlainTypes.Select(known => known.Name))}.", parameter);
}
