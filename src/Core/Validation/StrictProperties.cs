namespace Capns.Core.Validation;

/// <summary>Closes the objects of a schema to properties that it does not name (platform spec 5.2).</summary>
/// <remarks>
/// An object may be described by several schemas at once (allOf, $ref, anyOf …): it is closed as a whole, to what none
/// of them names. What only tries a value (not, if, contains, propertyNames) keeps its meaning and stays open.
/// </remarks>
internal static class StrictProperties
{
    /// <summary>Closes everything that can be reached from a root that no other thread uses yet.</summary>
    public static void Close(SchemaNode root)
    {
        var seen = new HashSet<SchemaNode> { root };
        var places = new Queue<SchemaNode>(seen);
        while (places.TryDequeue(out var place))
        {
            var together = SchemaWalk.SameValue([place], sometimes: true);
            // The built-in meta-schema is shared by every schema: what refers to it must not change it.
            if (place.Resource.Index == root.Resource.Index
                && together.Any(node => node.Properties.Count > 0)
                && together.All(node => node.PatternProperties.Count == 0 && node.OtherProperties.Count == 0))
            {
                place.Keywords = [.. place.Keywords, new Keywords.UnevaluatedPropertiesKeyword("additionalProperties", null)];
                place.HasUnevaluated = true;
            }

            foreach (var part in together.SelectMany(PartsOf).Where(seen.Add))
            {
                places.Enqueue(part);
            }
        }
    }

    private static IEnumerable<SchemaNode> PartsOf(SchemaNode node) =>
    [
        .. node.Properties.Values, .. node.PatternProperties.Select(pair => pair.Node), .. node.OtherProperties,
        .. node.PrefixItems, .. node.OtherItems,
    ];
}
