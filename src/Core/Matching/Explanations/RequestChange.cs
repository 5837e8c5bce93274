using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Matching.Explanations;

/// <summary>One thing to change in a request so that a capability no longer refuses it for that reason.</summary>
/// <param name="Subject">Where: the request's input, its output, or its other tags.</param>
/// <param name="Key">Key of the tag.</param>
/// <param name="From">The value there is, as stored; null: the tag has to be added.</param>
/// <param name="To">The value to have, as stored; null: the tag has to be taken out.</param>
public sealed record RequestChange(MatchSubject Subject, string Key, string? From, string? To)
{
    /// <summary>A copy of the request with the change made.</summary>
    /// <exception cref="ArgumentException">The request has <c>*</c> for the direction that is to be changed.</exception>
    public CapUrn Apply(CapUrn request) => ApplyAll(request, [this]);

    /// <summary>The change in words, addressed to who asks.</summary>
    public override string ToString()
    {
        var place = Subject switch
        {
            MatchSubject.Input => " the request's in",
            MatchSubject.Output => " the request's out",
            _ => " the request",
        };
        return (From, To) switch
        {
            (null, { } to) => $"add '{new UrnTag(Key, to)}' to{place}",
            ({ } from, null) => $"take '{new UrnTag(Key, from)}' out of{place}",
            ({ } from, { } to) => $"change '{new UrnTag(Key, from)}' to '{new UrnTag(Key, to)}' in{place}",
            _ => $"nothing about '{Key}'",
        };
    }

    /// <summary>What puts right a part that is not met.</summary>
    internal static RequestChange Of(MatchPart failure) => failure.Subject switch
    {
        // The request is the pattern: it must not ask for what the capability lacks, nor exclude what it has.
        MatchSubject.Output => new RequestChange(
            failure.Subject,
            failure.Key!,
            failure.PatternValue,
            failure.PatternValue == "!" || failure.InstanceValue == "!" ? null : failure.InstanceValue),
        // A capability that excludes a tag is content when the request's input does not have it.
        MatchSubject.Input => new RequestChange(
            failure.Subject, failure.Key!, failure.InstanceValue, failure.PatternValue == "!" ? null : failure.PatternValue),
        _ => new RequestChange(failure.Subject, failure.Key!, failure.InstanceValue, failure.PatternValue),
    };

    /// <summary>A copy of the request with all changes made; not one by one, which would take the square of their number.</summary>
    internal static CapUrn ApplyAll(CapUrn request, IReadOnlyCollection<RequestChange> changes) =>
        changes.GroupBy(change => change.Subject).Aggregate(request, (urn, part) => part.Key switch
        {
            MatchSubject.Input => urn.WithInSpec(Change(urn.Input, part)),
            MatchSubject.Output => urn.WithOutSpec(Change(urn.Output, part)),
            _ => CapUrn.From(Change(urn.Tagged, part)),
        });

    private static string Change(MediaUrn? direction, IGrouping<MatchSubject, RequestChange> changes) => direction is null
        ? throw new ArgumentException($"The request's {changes.Key} is '*', which has no tag '{changes.First().Key}' to change.")
        : Change(direction.Tagged, changes).ToString();

    // Not by WithTag, which lowers a key more than reading one does.
    private static TaggedUrn Change(TaggedUrn urn, IEnumerable<RequestChange> changes)
    {
        var tags = urn.Tags.ToArray().ToDictionary(tag => tag.Key, StringComparer.Ordinal);
        foreach (var change in changes)
        {
            if (change.To is null)
            {
                tags.Remove(change.Key);
            }
            else
            {
                tags[change.Key] = new UrnTag(change.Key, change.To);
            }
        }

        return new TaggedUrn(urn.Prefix, UrnTags.Collect(tags.Values));
    }
}
