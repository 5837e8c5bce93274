namespace Capns.Core.Urns;

/// <summary>One key and its stored value.</summary>
/// <param name="Key">Lower case, not empty, not all digits.</param>
/// <param name="Value">Not empty; <c>*</c>, <c>?</c> and <c>!</c> are special (<see cref="Kind"/>).</param>
public readonly record struct UrnTag(string Key, string Value)
{
    /// <summary>What the value asks for.</summary>
    public UrnTagKind Kind => Value is not { Length: 1 } ? UrnTagKind.Exact : Value[0] switch
    {
        '*' => UrnTagKind.MustHaveAny,
        '?' => UrnTagKind.Unspecified,
        '!' => UrnTagKind.MustNotHave,
        _ => UrnTagKind.Exact,
    };

    /// <summary>The tag in canonical form: <c>key</c>, <c>key=value</c> or <c>key="Quoted Value"</c>.</summary>
    public override string ToString()
    {
        var writer = new UrnWriter(stackalloc char[128]);
        writer.WriteTag(this);
        return writer.ToStringAndReturn();
    }
}

/// <summary>What the value of a tag asks for (CapNs spec 1.2). A value is special only if it is the whole value.</summary>
public enum UrnTagKind
{
    /// <summary>Present with exactly this value.</summary>
    Exact,

    /// <summary><c>*</c>: present, with any value.</summary>
    MustHaveAny,

    /// <summary><c>?</c>: no constraint.</summary>
    Unspecified,

    /// <summary><c>!</c>: absent.</summary>
    MustNotHave,
}
