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
    public CapUrn Apply(CapUrn request) => Subject switch
    {
        MatchSubject.Input => request.WithInSpec(Change(request.Input).ToString()),
        MatchSubject.Output => request.WithOutSpec(Change(request.Output).ToString()),
        _ => CapUrn.From(Change(request.Tagged)),
    };

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

    private MediaUrn Change(MediaUrn? direction) => direction is null
        ? throw new ArgumentException($"The request's {Subject} is '*', which has no tag '{Key}' to change.")
        : MediaUrn.From(Change(direction.Tagged));

    // Not by WithTag, which lowers a key more than reading one does.
    private TaggedUrn Change(TaggedUrn urn)
    {
        var tags = urn.Tags.ToArray();
        return new TaggedUrn(urn.Prefix, To is null ? [.. tags.Where(tag => tag.Key != Key)] : UrnTags.With(tags, new UrnTag(Key, To)));
    }
}
