using System.Globalization;

namespace Capns.Core.Json;

/// <summary>Numbers as ECMAScript's <c>Number::toString</c> writes them (ECMA-262, 6.1.6.1.20), as RFC 8785 demands.</summary>
public static class EcmaScriptNumber
{
    /// <summary>The shortest text that reads back as the same double; <c>-0</c> is <c>0</c>.</summary>
    /// <param name="value">A finite number.</param>
    public static string ToText(double value)
    {
        if (value == 0)
        {
            return "0";
        }

        // "E16" would round: the round-trip format has the shortest digits, only its layout differs.
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var (digits, point) = Split(shortest);
        return (value < 0 ? "-" : string.Empty) + Layout(digits, point);
    }

    /// <summary>Digits without zeros at either end, and where the decimal point stands (0 is before the first digit).</summary>
    private static (string Digits, int Point) Split(string text)
    {
        var exponentAt = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = exponentAt < 0 ? 0 : int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var pointAt = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = pointAt < 0 ? mantissa.Length : pointAt;
        var all = mantissa.Replace(".", string.Empty, StringComparison.Ordinal);
        var leading = all.Length - all.TrimStart('0').Length;
        return (all.Trim('0'), whole + exponent - leading);
    }

    private static string Layout(string digits, int point)
    {
        if (point is > 0 and <= 21)
        {
            return point >= digits.Length ? digits.PadRight(point, '0') : $"{digits[..point]}.{digits[point..]}";
        }

        if (point is > -6 and <= 0)
        {
            return "0." + new string('0', -point) + digits;
        }

        var fraction = digits.Length == 1 ? string.Empty : "." + digits[1..];
        var exponent = point - 1;
        return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent)}");
    }
}
