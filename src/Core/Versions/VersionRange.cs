using System.Diagnostics.CodeAnalysis;

namespace Capns.Core.Versions;

/// <summary>Which versions are wanted: exact, <c>^</c>, <c>~</c> or <c>x</c>, as in npm (platform spec 5.10).</summary>
/// <remarks>
/// <c>latest</c> is the caller's: only it knows what is enabled. A pre-release is wanted only by a range that names a
/// pre-release of the same major.minor.patch, as in npm. Comparators (<c>&gt;=</c>), hyphen ranges and <c>||</c> are
/// not part of the platform's ranges and refused.
/// </remarks>
public sealed class VersionRange
{
    private static readonly string[] LowestPrerelease = ["0"];

    private readonly string _text;
    private readonly SemVersion _from;
    private readonly SemVersion? _below;

    private VersionRange(string text, SemVersion from, SemVersion? below, bool isExact)
    {
        _text = text;
        _from = from;
        _below = below;
        IsExact = isExact;
    }

    /// <summary>True when only one version is wanted.</summary>
    public bool IsExact { get; }

    /// <summary>Reads a range.</summary>
    /// <param name="text">
    /// Up to 51 characters, e.g. <c>1.2.3</c>, <c>=1.2.3</c>, <c>^1.2</c>, <c>~1</c>, <c>1.x</c>, <c>*</c>.
    /// </param>
    /// <param name="range">The range, when the answer is true.</param>
    /// <param name="error">What is wrong and where, when the answer is false.</param>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out VersionRange? range, [NotNullWhen(false)] out VersionError? error)
    {
        range = null;
        const int Longest = SemVersion.MaxLength + 1;
        error = text is null or "" ? new VersionError(0, "must not be empty")
            : text.Length > Longest ? new VersionError(Longest, $"must have at most {Longest} characters, has {text.Length}")
            : null;
        if (error is not null)
        {
            return false;
        }

        var reader = new VersionReader(text!);
        var sign = reader.TrySkip('^') ? '^' : reader.TrySkip('~') ? '~' : '=';
        _ = sign == '=' && reader.TrySkip('=');
        var partial = reader.ReadPartial();
        error = reader.Error;
        range = error is null ? new VersionRange(text!, partial.Lowest, Below(sign, partial), sign == '=' && partial.Parts == 3) : null;
        return range is not null;
    }

    /// <summary>True when the version is wanted.</summary>
    public bool Contains(SemVersion version)
    {
        if (IsExact)
        {
            return version == _from;
        }

        if (version < _from || (_below is not null && version >= _below))
        {
            return false;
        }

        return !version.IsPrerelease || (_from.IsPrerelease
            && (version.Major, version.Minor, version.Patch) == (_from.Major, _from.Minor, _from.Patch));
    }

    /// <summary>The highest wanted version; null when there is none.</summary>
    public SemVersion? Highest(IEnumerable<SemVersion> versions) => versions.Where(Contains).Max();

    /// <summary>The text that was read.</summary>
    public override string ToString() => _text;

    /// <summary>The first version above the range, so low that no pre-release of it is inside; null without upper bound.</summary>
    private static SemVersion? Below(char sign, PartialVersion partial) => (sign, partial.Parts) switch
    {
        (_, 0) => null,
        (_, 1) => Next(partial.Major + 1, 0, 0),
        ('^', _) when partial.Major > 0 => Next(partial.Major + 1, 0, 0),
        (_, 2) => Next(partial.Major, partial.Minor + 1, 0),
        ('^', 3) when partial.Minor > 0 => Next(0, partial.Minor + 1, 0),
        ('^', 3) => Next(0, 0, partial.Patch + 1),
        ('~', 3) => Next(partial.Major, partial.Minor + 1, 0),
        _ => null,
    };

    private static SemVersion Next(long major, long minor, long patch) => new(major, minor, patch, LowestPrerelease, string.Empty);
}
