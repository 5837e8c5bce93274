using System.Collections.Frozen;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Matching.Warnings;

/// <summary>Looks for what is legal in capability URNs and probably not meant. Never a reason to refuse one.</summary>
public static class CapUrnWarnings
{
    private const string FormKey = "form";
    private const string VoidKey = "void";

    /// <summary>The markers of the built-in media types.</summary>
    private static readonly FrozenSet<string> MediaMarkers = BuiltinMediaSpecs.Instance.Specs
        .SelectMany(spec => MediaUrn.Parse(spec.Urn).Tags.ToArray())
        .Where(tag => tag.Kind == UrnTagKind.MustHaveAny)
        .Select(tag => tag.Key)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What is suspicious about one URN, in the order of the ids.</summary>
    public static IReadOnlyList<CapUrnWarning> Of(CapUrn urn) =>
    [
        .. FindUnquotedDirection(urn),
        .. FindSpecialValues(urn),
        .. FindContradictions(urn),
        .. FindOrder(urn, CapUrn.InKey, urn.InSpec, urn.Input),
        .. FindOrder(urn, CapUrn.OutKey, urn.OutSpec, urn.Output),
    ];

    /// <summary>What is suspicious about several: each by itself, and those that an earlier one shadows.</summary>
    /// <param name="urns">In the order of registration, which is who wins ties.</param>
    public static IReadOnlyList<CapUrnWarning> Of(IEnumerable<CapUrn> urns)
    {
        var warnings = new List<CapUrnWarning>();
        // The canonical directions in the key: two spellings of one direction are the same capability.
        var seen = new Dictionary<CapUrn, int>();
        foreach (var (at, urn) in urns.Index())
        {
            warnings.AddRange(Of(urn));
            var meant = urn.WithInSpec(Canonical(urn.Input)).WithOutSpec(Canonical(urn.Output));
            if (!seen.TryAdd(meant, at))
            {
                warnings.Add(new CapUrnWarning(
                    CapUrnWarningKind.Shadowed,
                    urn,
                    $"number {at + 1} means the same as number {seen[meant] + 1}, which is earlier and wins every tie: it is never chosen"));
            }
        }

        return warnings;

        static string Canonical(MediaUrn? direction) => direction?.ToString() ?? CapUrn.AnyDirection;
    }

    private static IEnumerable<CapUrnWarning> FindUnquotedDirection(CapUrn urn)
    {
        (string? key, string spec) = urn.Input?.Tags.Length == 1 ? (CapUrn.InKey, urn.InSpec)
            : urn.Output?.Tags.Length == 1 ? (CapUrn.OutKey, urn.OutSpec)
            : (null, "");
        return key is null ? [] : urn.OtherTags.ToArray().Where(IsOfMedia).Select(tag => new CapUrnWarning(
            CapUrnWarningKind.UnquotedDirection,
            urn,
            $"'{tag}' is a tag of the capability, not of a direction; if it was meant for one, "
            + $"that must be quoted, as in {key}=\"{spec};{tag}\""));

        static bool IsOfMedia(UrnTag tag) => tag.Kind == UrnTagKind.MustHaveAny
            ? MediaMarkers.Contains(tag.Key)
            : tag is { Key: FormKey, Value: "map" or "list" or "scalar" };
    }

    private static IEnumerable<CapUrnWarning> FindSpecialValues(CapUrn urn) =>
        urn.OtherTags.ToArray().Where(tag => tag.Kind is UrnTagKind.Unspecified or UrnTagKind.MustNotHave).Select(tag => new CapUrnWarning(
            CapUrnWarningKind.SpecialValueOnTag,
            urn,
            $"'{tag}' is compared as text: it does not {(tag.Kind == UrnTagKind.Unspecified ? "leave open" : "exclude")} '{tag.Key}', "
            + $"and of the requests that have '{tag.Key}' only those with '{tag}' or '{tag.Key}' match it; leave the tag out instead"));

    private static IEnumerable<CapUrnWarning> FindContradictions(CapUrn urn)
    {
        MediaUrn[] directions = [.. new[] { urn.Input, urn.Output }.OfType<MediaUrn>()];
        foreach (var direction in directions.Where(direction => direction.IsVoid))
        {
            var place = UrnCharacters.Shorten(direction.ToString());
            foreach (var tag in direction.Tags.ToArray().Where(IsOfData))
            {
                yield return Warn($"'{VoidKey}' and '{tag}' in {place}: no data is of no kind");
            }
        }

        foreach (var tag in urn.OtherTags.ToArray())
        {
            // A conversion may have the tag of one of its directions.
            UrnTag[] same = [.. directions.SelectMany(direction => Find(direction, tag.Key))];
            if (same.Length > 0 && !Array.Exists(same, other => TagMatching.Accepts(tag, other)))
            {
                yield return Warn(
                    $"'{tag}' of the capability and '{same[0]}' of its direction exclude each other: "
                    + $"a request that says '{tag.Key}' alike in both is refused");
            }
        }

        static UrnTag[] Find(MediaUrn direction, string key) =>
            UrnTags.FindExactly(direction.Tags, key) is >= 0 and var at ? [direction.Tags[at]] : [];

        static bool IsOfData(UrnTag tag) => tag.Key != VoidKey && (tag.Kind is UrnTagKind.Exact or UrnTagKind.MustHaveAny);

        CapUrnWarning Warn(string message) => new(CapUrnWarningKind.ContradictingTags, urn, message);
    }

    private static IEnumerable<CapUrnWarning> FindOrder(CapUrn urn, string key, string spec, MediaUrn? direction) =>
        direction is null || direction.ToString() == spec ? [] : [new CapUrnWarning(
            CapUrnWarningKind.DirectionNotCanonical,
            urn,
            $"{key}=\"{spec}\" matches {key}=\"{direction}\" and is another URN, with another address in a registry; "
            + "the second is the canonical form")];
}
