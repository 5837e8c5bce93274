namespace Capns.Core.Urns;

/// <summary>The errors of capability URNs (CapNs spec 4.3).</summary>
internal static class CapUrnErrors
{
    public const int InvalidMediaUrnCode = 12;

    public static UrnError MissingInSpec { get; } =
        new(UrnDomain.Cap, 10, "MissingInSpec", "Cap URN is missing required 'in' tag - caps must declare their input type (use in=media:void for none, in=* for any)");

    public static UrnError MissingOutSpec { get; } =
        new(UrnDomain.Cap, 11, "MissingOutSpec", "Cap URN is missing required 'out' tag - caps must declare their output type (use out=media:void for none, out=* for any)");

    public static UrnError MissingCapPrefix(string found) =>
        new(UrnDomain.Cap, 5, "MissingCapPrefix", $"Cap URN must start with 'cap:', but the prefix is '{UrnCharacters.Shorten(found)}'");

    public static UrnError InvalidMediaUrn(string key, string spec) => new(
        UrnDomain.Cap, InvalidMediaUrnCode, "InvalidMediaUrn", $"Invalid '{key}' media URN: {UrnCharacters.Shorten(spec)}. Must start with 'media:' or be '*'");

    /// <summary>The same mistake with the code and the words of the other table.</summary>
    public static UrnError From(UrnError tagged) => (UrnRule?)tagged.Code switch
    {
        UrnRule.Empty => tagged with { Domain = UrnDomain.Cap, Message = "Cap URN cannot be empty" },
        UrnRule.WhitespaceInInput => tagged with { Domain = UrnDomain.Cap, Code = (int)UrnRule.InvalidCharacter, Name = nameof(UrnRule.InvalidCharacter) },
        UrnRule.MissingPrefix or UrnRule.EmptyPrefix or UrnRule.PrefixMismatch =>
            new UrnError(UrnDomain.Cap, 5, "MissingCapPrefix", "Cap URN must start with 'cap:'"),
        _ => tagged with { Domain = UrnDomain.Cap },
    };
}
