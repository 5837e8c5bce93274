namespace Capns.Core.Caps;

/// <summary>Who put a definition into a registry, and when (CapNs spec 7.1).</summary>
/// <param name="Username">Their name there.</param>
/// <param name="RegisteredAt">ISO 8601, kept as text.</param>
public sealed record RegisteredBy(string Username, string RegisteredAt);
