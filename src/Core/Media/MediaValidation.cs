using System.Runtime.CompilerServices;

namespace Capns.Core.Media;

/// <summary>Rules for values; one that is null is not applied (CapNs spec 10.1). Immutable, equal by members.</summary>
public sealed record MediaValidation
{
    /// <summary>Smallest number, included; finite.</summary>
    public double? Min { get; init => field = Finite(value); }

    /// <summary>Greatest number, included; finite.</summary>
    public double? Max { get; init => field = Finite(value); }

    /// <summary>Least length, 0 and up: UTF-8 bytes of a string, elements of an array; included.</summary>
    public int? MinLength { get; init => field = NotNegative(value); }

    /// <summary>Greatest length, 0 and up: UTF-8 bytes of a string, elements of an array; included.</summary>
    public int? MaxLength { get; init => field = NotNegative(value); }

    /// <summary>
    /// Regular expression that a string must contain a match of; at most 4,096 characters and 250 groups inside one another
    /// (<see cref="Validation.JsonSchema.MaxPatternLength"/>), else no value is accepted.
    /// </summary>
    public string? Pattern { get; init; }

    /// <summary>Strings that are allowed.</summary>
    public IReadOnlyList<string>? AllowedValues { get; init => field = value is null ? null : [.. value]; }

    /// <summary>True when no rule is set.</summary>
    public bool IsEmpty => this == Nothing;

    private static MediaValidation Nothing { get; } = new();

    /// <summary>Equal in every member.</summary>
    public bool Equals(MediaValidation? other) =>
        other is not null
        && Min == other.Min && Max == other.Max && MinLength == other.MinLength && MaxLength == other.MaxLength && Pattern == other.Pattern
        && (AllowedValues is null) == (other.AllowedValues is null)
        && (AllowedValues ?? []).SequenceEqual(other.AllowedValues ?? []);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Min, Max, MinLength, MaxLength, Pattern, AllowedValues?.Count);

    private static double? Finite(double? value, [CallerMemberName] string name = "") =>
        value is null || double.IsFinite(value.Value)
            ? value : throw new ArgumentOutOfRangeException(name, value, "must be a finite number");

    private static int? NotNegative(int? value, [CallerMemberName] string name = "") =>
        value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, "must be 0 or more");
}
