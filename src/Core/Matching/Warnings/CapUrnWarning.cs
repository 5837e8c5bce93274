using System.Globalization;
using Capns.Core.Urns;

namespace Capns.Core.Matching.Warnings;

/// <summary>Something in a capability URN that is legal and probably not meant; docs/cap-warnings.md has an example of each.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Urn">The URN it is in.</param>
/// <param name="Message">For people: what it means, and how it is avoided.</param>
public sealed record CapUrnWarning(CapUrnWarningKind Kind, CapUrn Urn, string Message)
{
    /// <summary><c>CAPNS001</c> and so on.</summary>
    public string Id => GetId(Kind);

    /// <summary>The id of a kind.</summary>
    public static string GetId(CapUrnWarningKind kind) => ((int)kind).ToString("'CAPNS'000", CultureInfo.InvariantCulture);

    /// <summary>Id, URN and message in one line.</summary>
    public override string ToString() => $"{Id}: {Urn}: {Message}";
}
