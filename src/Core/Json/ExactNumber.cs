using System.Globalization;
using System.Numerics;
using System.Text;

namespace Capns.Core.Json;

/// <summary>A JSON number exactly as written: sign, digits, power of ten. No rounding, no overflow.</summary>
/// <remarks>
/// Two numbers of the same value are the same record: <c>1.0</c>, <c>1</c> and <c>10e-1</c>. Exponents beyond ±10^15 are
/// held at that bound, so that hostile ones cost nothing.
/// </remarks>
public readonly record struct ExactNumber : IComparable<ExactNumber>
{
    private const long ExponentLimit = 1_000_000_000_000_000;

    private ExactNumber(bool negative, string digits, long exponent)
    {
        IsNegative = negative;
        Digits = digits;
        Exponent = exponent;
    }

    private bool IsNegative { get; }

    /// <summary>Significant digits without zeros at either end; empty for zero.</summary>
    private string Digits { get; }

    /// <summary>Power of ten of the last digit.</summary>
    private long Exponent { get; }

    /// <summary>True for every whole number, however written.</summary>
    public bool IsInteger => Exponent >= 0;

    /// <summary>True for <c>0</c>, <c>-0</c>, <c>0.0</c> ….</summary>
    public bool IsZero => Digits.Length == 0;

    /// <summary>Reads the text of a JSON number.</summary>
    /// <param name="text">A number that a JSON reader has accepted.</param>
    public static ExactNumber Parse(ReadOnlySpan<char> text)
    {
        var exponentAt = text.IndexOfAny('e', 'E');
        var exponent = exponentAt < 0 ? 0 : ParseExponent(text[(exponentAt + 1)..]);
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var negative = mantissa.StartsWith('-');
        var digits = new StringBuilder(mantissa.Length);
        var pointAt = mantissa.IndexOf('.');
        foreach (var symbol in mantissa)
        {
            if (char.IsAsciiDigit(symbol))
            {
                digits.Append(symbol);
            }
        }

        exponent -= pointAt < 0 ? 0 : mantissa.Length - pointAt - 1;
        var all = digits.ToString().TrimStart('0');
        var trimmed = all.TrimEnd('0');
        return trimmed.Length == 0
            ? new ExactNumber(false, string.Empty, 0)
            : new ExactNumber(negative, trimmed, exponent + all.Length - trimmed.Length);
    }

    /// <summary>True when this number divided by <paramref name="divisor"/> is whole.</summary>
    /// <param name="divisor">Not zero.</param>
    public bool IsMultipleOf(ExactNumber divisor)
    {
        if (IsZero)
        {
            return true;
        }

        // The digits do not end in zero: they never hold another factor of ten.
        if (Exponent < divisor.Exponent)
        {
            return false;
        }

        var modulus = BigInteger.Parse(divisor.Digits, NumberStyles.None, CultureInfo.InvariantCulture);
        var power = BigInteger.ModPow(10, Exponent - divisor.Exponent, modulus);
        return (Remainder(Digits, modulus) * power % modulus).IsZero;
    }

    /// <inheritdoc />
    public int CompareTo(ExactNumber other)
    {
        if (IsNegative != other.IsNegative)
        {
            return IsNegative ? -1 : 1;
        }

        var magnitude = CompareMagnitude(other);
        return IsNegative ? -magnitude : magnitude;
    }

    /// <summary>Compares two numbers.</summary>
    public static bool operator <(ExactNumber left, ExactNumber right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="op_LessThan" />
    public static bool operator >(ExactNumber left, ExactNumber right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="op_LessThan" />
    public static bool operator <=(ExactNumber left, ExactNumber right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="op_LessThan" />
    public static bool operator >=(ExactNumber left, ExactNumber right) => left.CompareTo(right) >= 0;

    private static long ParseExponent(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            ? Math.Clamp(exponent, -ExponentLimit, ExponentLimit)
            : text.StartsWith('-') ? -ExponentLimit : ExponentLimit;

    /// <summary>Horner's scheme in blocks: the cost stays linear in the digits, whose number the caller chooses.</summary>
    private static BigInteger Remainder(string digits, BigInteger modulus)
    {
        const int Block = 18;
        var remainder = BigInteger.Zero;
        for (var start = 0; start < digits.Length; start += Block)
        {
            var length = Math.Min(Block, digits.Length - start);
            var block = long.Parse(digits.AsSpan(start, length), NumberStyles.None, CultureInfo.InvariantCulture);
            remainder = ((remainder * BigInteger.Pow(10, length)) + block) % modulus;
        }

        return remainder;
    }

    private int CompareMagnitude(ExactNumber other)
    {
        if (IsZero || other.IsZero)
        {
            return IsZero.CompareTo(other.IsZero) * -1;
        }

        var order = (Digits.Length + Exponent).CompareTo(other.Digits.Length + other.Exponent);
        return order != 0 ? order : string.CompareOrdinal(Digits, other.Digits);
    }
}
