namespace Capns.Core.Urns;

/// <summary>Builds a tagged URN tag by tag; a later value of a key replaces an earlier one. Not thread-safe.</summary>
/// <param name="prefix">As for <see cref="TaggedUrn.Empty"/>.</param>
public sealed class TaggedUrnBuilder(string prefix)
{
    private TaggedUrn _urn = TaggedUrn.Empty(prefix);

    /// <summary>Sets a tag, as <see cref="TaggedUrn.WithTag"/> does.</summary>
    /// <exception cref="UrnException">Codes 2, 3 and 7.</exception>
    public TaggedUrnBuilder Tag(string key, string value)
    {
        _urn = _urn.WithTag(key, value);
        return this;
    }

    /// <summary>Sets a tag to <c>*</c>.</summary>
    /// <exception cref="UrnException">Codes 2, 3 and 7.</exception>
    public TaggedUrnBuilder SoloTag(string key) => Tag(key, "*");

    /// <summary>The URN.</summary>
    /// <exception cref="UrnException">Code 1: there is no tag.</exception>
    public TaggedUrn Build() => _urn.Tags.IsEmpty ? throw TaggedUrn.Fail(UrnRule.Empty, "Tagged URN cannot be empty") : _urn;

    /// <summary>The URN, also without tags.</summary>
    public TaggedUrn BuildAllowEmpty() => _urn;
}
