using System.Globalization;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>A version of the Bolt protocol, and what it changes for this client.</summary>
internal readonly record struct BoltVersion(byte Major, byte Minor)
{
    /// <summary>What this client speaks, for messages.</summary>
    public const string Spoken = "4.1 to 4.4, 5.0 to 5.8, 6.0";

    /// <summary>Versions that are spoken, the best first.</summary>
    public static readonly IReadOnlyList<BoltVersion> All =
    [
        new(6, 0),
        new(5, 8), new(5, 7), new(5, 6), new(5, 5), new(5, 4), new(5, 3), new(5, 2), new(5, 1), new(5, 0),
        new(4, 4), new(4, 3), new(4, 2), new(4, 1),
    ];

    /// <summary>Whether this client speaks it.</summary>
    public bool IsSpoken => Major switch { 4 => Minor is >= 1 and <= 4, 5 => Minor <= 8, 6 => Minor == 0, _ => false };

    /// <summary>From 5.1 the login is a message of its own.</summary>
    public bool HasLogon => AtLeast(5, 1);

    /// <summary>From 5.3 HELLO must name the library.</summary>
    public bool HasBoltAgent => AtLeast(5, 3);

    /// <summary>From 5.7 a failure carries the code as <c>neo4j_code</c>, before as <c>code</c>.</summary>
    public bool HasNeo4jCode => AtLeast(5, 7);

    /// <summary>From 4.3 the routing table has a message; before, it is a procedure.</summary>
    public bool HasRoute => AtLeast(4, 3);

    /// <summary>From 4.4 ROUTE takes the database in a dictionary; 4.3 takes its name.</summary>
    public bool HasRouteExtra => AtLeast(4, 4);

    /// <summary>4.3 and 4.4 can be asked to send times as 5.0 does.</summary>
    public bool HasUtcPatch => Major == 4 && Minor >= 3;

    public bool AtLeast(byte major, byte minor) => Major > major || (Major == major && Minor >= minor);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}

/// <summary>How structures look on one connection.</summary>
/// <param name="ElementIds">From 5.0: nodes and relationships carry element ids.</param>
/// <param name="UtcTimes">From 5.0, or with the patch <c>utc</c>: instants count from UTC.</param>
/// <param name="Vectors">From 6.0.</param>
internal readonly record struct PackStreamDialect(bool ElementIds, bool UtcTimes, bool Vectors)
{
    public static PackStreamDialect Of(BoltVersion version, bool utcPatch) =>
        new(version.AtLeast(5, 0), version.AtLeast(5, 0) || utcPatch, version.AtLeast(6, 0));
}
