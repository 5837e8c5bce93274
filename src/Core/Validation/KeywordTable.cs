using Capns.Core.Validation.Keywords;

namespace Capns.Core.Validation;

/// <summary>Which keyword is made how. What is not listed here asserts nothing.</summary>
internal static class KeywordTable
{
    private static readonly Dictionary<string, Func<KeywordSource, Keyword?>> Table = new(StringComparer.Ordinal)
    {
        ["$ref"] = ReferenceKeyword.Create,
        ["$dynamicRef"] = ReferenceKeyword.Create,
        ["allOf"] = AllOfKeyword.Create,
        ["anyOf"] = AnyOfKeyword.Create,
        ["oneOf"] = OneOfKeyword.Create,
        ["not"] = NotKeyword.Create,
        ["if"] = IfKeyword.Create,
        ["dependentSchemas"] = DependentSchemasKeyword.Create,
        ["properties"] = PropertiesKeyword.Create,
        ["patternProperties"] = PatternPropertiesKeyword.Create,
        ["additionalProperties"] = AdditionalPropertiesKeyword.Create,
        ["propertyNames"] = PropertyNamesKeyword.Create,
        ["unevaluatedProperties"] = UnevaluatedPropertiesKeyword.Create,
        ["required"] = RequiredKeyword.Create,
        ["dependentRequired"] = DependentRequiredKeyword.Create,
        ["minProperties"] = CountKeyword.MinProperties,
        ["maxProperties"] = CountKeyword.MaxProperties,
        ["prefixItems"] = PrefixItemsKeyword.Create,
        ["items"] = ItemsKeyword.Create,
        ["contains"] = ContainsKeyword.Create,
        ["unevaluatedItems"] = UnevaluatedItemsKeyword.Create,
        ["minItems"] = CountKeyword.MinItems,
        ["maxItems"] = CountKeyword.MaxItems,
        ["uniqueItems"] = UniqueItemsKeyword.Create,
        ["minLength"] = CountKeyword.MinLength,
        ["maxLength"] = CountKeyword.MaxLength,
        ["pattern"] = PatternKeyword.Create,
        ["minimum"] = BoundKeyword.Create,
        ["maximum"] = BoundKeyword.Create,
        ["exclusiveMinimum"] = BoundKeyword.Create,
        ["exclusiveMaximum"] = BoundKeyword.Create,
        ["multipleOf"] = MultipleOfKeyword.Create,
        ["type"] = TypeKeyword.Create,
        ["enum"] = EnumKeyword.Create,
        ["const"] = EnumKeyword.Create,
        ["default"] = Note(source => source.Node.Default = source.Value),
        ["x-secret"] = Note(MarkSecret),
    };

    /// <summary>True for keywords that are looked at.</summary>
    public static bool Knows(string name) => Table.ContainsKey(name);

    /// <summary>Makes a keyword; null when it asserts nothing, or was refused (the index knows why).</summary>
    public static Keyword? Create(KeywordSource source) =>
        Table.TryGetValue(source.Name, out var create) ? create(source) : null;

    private static Func<KeywordSource, Keyword?> Note(Action<KeywordSource> note) => source =>
    {
        note(source);
        return null;
    };

    private static void MarkSecret(KeywordSource source)
    {
        // Taken for "no" when misspelled, a secret would be shown.
        if (source.Value.ValueKind is not (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False))
        {
            source.Index.Refuse(source.Path, source.Name, "must be true or false");
        }

        source.Node.IsSecret = source.Value.ValueKind == System.Text.Json.JsonValueKind.True;
    }
}
