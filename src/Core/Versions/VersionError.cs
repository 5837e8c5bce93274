namespace Capns.Core.Versions;

/// <summary>Why a text is not a version or range.</summary>
/// <param name="Position">Characters before the mistake, 0 and up.</param>
/// <param name="Message">What is expected, for people.</param>
public sealed record VersionError(int Position, string Message);
