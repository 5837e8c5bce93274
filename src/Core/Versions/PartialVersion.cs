namespace Capns.Core.Versions;

/// <summary>A version of which only the first parts may be given.</summary>
/// <param name="Parts">How many of major, minor, patch are given: 0 to 3. The others are 0.</param>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second.</param>
/// <param name="Patch">The third.</param>
/// <param name="Prerelease">Only with three parts.</param>
/// <param name="Build">Only with three parts.</param>
internal sealed record PartialVersion(int Parts, long Major, long Minor, long Patch, string[] Prerelease, string Build)
{
    /// <summary>The lowest version it stands for.</summary>
    public SemVersion Lowest => new(Major, Minor, Patch, Prerelease, string.Empty);
}
