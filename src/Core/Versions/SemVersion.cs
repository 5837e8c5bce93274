using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Capns.Core.Versions;

/// <summary>A version by SemVer 2.0.0, of up to <see cref="MaxLength"/> characters.</summary>
/// <remarks>
/// Compared by precedence: build metadata does not count, so two different texts may compare, and be, equal. Kept in
/// <see cref="ToString"/>.
/// </remarks>
public sealed class SemVersion : IComparable<SemVersion>, IEquatable<SemVersion>
{
    /// <summary>Most characters of the text, included (platform spec 5.1).</summary>
    public const int MaxLength = 50;

    /// <summary>Greatest major, minor and patch number, included: the greatest that npm and JSON carry exactly.</summary>
    public const long MaxNumber = 9_007_199_254_740_991;

    internal SemVersion(long major, long minor, long patch, string[] prerelease, string build)
    {
        Major = major;
        Minor = minor;
        Patch = patch;
        Prerelease = prerelease;
        Build = build;
    }

    /// <summary>Raised by breaking changes.</summary>
    public long Major { get; }

    /// <summary>Raised by new features.</summary>
    public long Minor { get; }

    /// <summary>Raised by fixes.</summary>
    public long Patch { get; }

    /// <summary>Identifiers of the pre-release; empty for a release.</summary>
    public IReadOnlyList<string> Prerelease { get; }

    /// <summary>Build metadata without <c>+</c>; empty when there is none. No part of precedence.</summary>
    public string Build { get; }

    /// <summary>True with a pre-release part.</summary>
    public bool IsPrerelease => Prerelease.Count > 0;

    /// <summary>Reads a version.</summary>
    /// <exception cref="FormatException">The text is no version; see <see cref="TryParse"/>.</exception>
    public static SemVersion Parse(string text) =>
        TryParse(text, out var version, out var error) ? version : throw new FormatException($"'{text}': {error.Message}");

    /// <summary>Reads a version.</summary>
    /// <param name="text">Strict: three numbers, no <c>v</c> before them, no spaces.</param>
    /// <param name="version">The version, when the answer is true.</param>
    /// <param name="error">What is wrong and where, when the answer is false.</param>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out SemVersion? version, [NotNullWhen(false)] out VersionError? error)
    {
        version = null;
        error = text is null or "" ? new VersionError(0, "must not be empty")
            : text.Length > MaxLength ? new VersionError(MaxLength, $"must have at most {MaxLength} characters, has {text.Length}")
            : null;
        if (error is not null)
        {
            return false;
        }

        var reader = new VersionReader(text!);
        version = reader.ReadVersion();
        error = reader.Error;
        return version is not null;
    }

    /// <inheritdoc />
    public int CompareTo(SemVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return order != 0 ? order : ComparePrerelease(Prerelease, other.Prerelease);
    }

    /// <inheritdoc />
    public bool Equals(SemVersion? other) => CompareTo(other) == 0;

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as SemVersion);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Major, Minor, Patch, string.Join('.', Prerelease));

    /// <summary>The text that was read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Major}.{Minor}.{Patch}{(IsPrerelease ? "-" : string.Empty)}{string.Join('.', Prerelease)}{(Build.Length > 0 ? "+" : string.Empty)}{Build}");

    /// <summary>Compares by precedence.</summary>
    public static bool operator ==(SemVersion? left, SemVersion? right) => left is null ? right is null : left.Equals(right);

    /// <inheritdoc cref="op_Equality" />
    public static bool operator !=(SemVersion? left, SemVersion? right) => !(left == right);

    /// <inheritdoc cref="op_Equality" />
    public static bool operator <(SemVersion left, SemVersion right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="op_Equality" />
    public static bool operator >(SemVersion left, SemVersion right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="op_Equality" />
    public static bool operator <=(SemVersion left, SemVersion right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="op_Equality" />
    public static bool operator >=(SemVersion left, SemVersion right) => left.CompareTo(right) >= 0;

    private static int ComparePrerelease(IReadOnlyList<string> left, IReadOnlyList<string> right)
    {
        // A release comes after its own pre-releases.
        if (left.Count == 0 || right.Count == 0)
        {
            return right.Count.CompareTo(left.Count);
        }

        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            var order = CompareIdentifier(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Count.CompareTo(right.Count);
    }

    private static int CompareIdentifier(string left, string right)
    {
        var leftIsNumber = left.All(char.IsAsciiDigit);
        var rightIsNumber = right.All(char.IsAsciiDigit);
        if (leftIsNumber != rightIsNumber)
        {
            return leftIsNumber ? -1 : 1;
        }

        // Without leading zeros the longer number is the greater one.
        return leftIsNumber && left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);
    }
}
