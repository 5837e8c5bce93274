namespace Capns.Core.Urns;

/// <summary>Why a text is no URN, or why an operation on one is not possible.</summary>
/// <param name="Domain">Whose table <paramref name="Code"/> is from.</param>
/// <param name="Code">1 to 12 (CapNs spec 1.6 and 4.3); null for a media URN with another prefix, which has no number.</param>
/// <param name="Name">The name of the code, e.g. <c>DuplicateKey</c>; never changes.</param>
/// <param name="Message">For people; may change.</param>
/// <param name="Position">
/// Characters (Unicode scalar values) between the first colon and the mistake, 0 and up. Null where no one place is at fault.
/// </param>
public sealed record UrnError(UrnDomain Domain, int? Code, string Name, string Message, int? Position = null)
{
    /// <summary>Domain, code, name and message in one line.</summary>
    public override string ToString() => Code is { } code
        ? $"{Domain} URN error {code} ({Name}): {Message}"
        : $"{Domain} URN error ({Name}): {Message}";
}
