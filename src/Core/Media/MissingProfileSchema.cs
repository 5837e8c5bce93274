namespace Capns.Core.Media;

/// <summary>What happens to a value whose profile's schema cannot be obtained (CapNs spec 10.4, D16).</summary>
public enum MissingProfileSchema
{
    /// <summary>The value is accepted, with a warning. The default.</summary>
    Warn = 0,

    /// <summary>The value is accepted, and nothing is said.</summary>
    Skip,

    /// <summary>The value is refused.</summary>
    Fail,
}
