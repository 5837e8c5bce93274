namespace Capns.Access;

/// <summary>What a caller is.</summary>
internal enum CallerKind
{
    /// <summary>Nobody logged in.</summary>
    Anonymous = 0,

    /// <summary>A person.</summary>
    User = 1,

    /// <summary>An agent.</summary>
    Agent = 2,

    /// <summary>A service account.</summary>
    Service = 3,

    /// <summary>This installation: what it does of itself.</summary>
    Platform = 4,
}
