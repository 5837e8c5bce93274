namespace Capns.Core.Urns;

/// <summary>Builds a capability URN; a later value of a key replaces an earlier one. Not thread-safe.</summary>
/// <example><code>new CapUrnBuilder().In("media:pdf;bytes").Tag("op", "extract_metadata").Out("media:form=map;textable").Build()</code></example>
public sealed class CapUrnBuilder
{
    private TaggedUrn _urn = TaggedUrn.Empty(CapUrn.Prefix);

    /// <summary>What is accepted: a media URN or <c>*</c>; <see cref="Build"/> looks whether it is one.</summary>
    /// <exception cref="UrnException">Code 12: it is empty. 3: half of a surrogate pair.</exception>
    public CapUrnBuilder In(string spec)
    {
        _urn = CapUrn.SetDirection(_urn, CapUrn.InKey, spec);
        return this;
    }

    /// <summary>What is produced: a media URN or <c>*</c>; <see cref="Build"/> looks whether it is one.</summary>
    /// <inheritdoc cref="In" path="/exception" />
    public CapUrnBuilder Out(string spec)
    {
        _urn = CapUrn.SetDirection(_urn, CapUrn.OutKey, spec);
        return this;
    }

    /// <summary>Sets a tag; <c>in</c> and <c>out</c> are ignored here.</summary>
    /// <exception cref="UrnException">Codes 2, 3 and 7: it could not be read back.</exception>
    public CapUrnBuilder Tag(string key, string value)
    {
        _urn = CapUrn.IsDirection(key) ? _urn : CapUrn.Set(_urn, key, value);
        return this;
    }

    /// <summary>Sets a tag to <c>*</c>; <c>in</c> and <c>out</c> are ignored here.</summary>
    /// <exception cref="UrnException">Codes 2, 3 and 7: it could not be read back.</exception>
    public CapUrnBuilder Marker(string key) => Tag(key, "*");

    /// <summary>The URN.</summary>
    /// <exception cref="UrnException">Codes 10 and 11: a direction is missing. 12: one is neither a media URN nor <c>*</c>.</exception>
    public CapUrn Build() => CapUrn.From(_urn);
}
