using System.Globalization;

namespace Capns.Discovery.Worker.Graph;

/// <summary>Numbers as every store gives them back: 12 decimals, 15 digits. Pure.</summary>
/// <remarks>
/// PostgreSQL keeps any number of digits, Neo4j 64 bits, FalkorDB writes 15 digits; what all of them keep is compared and answered.
/// </remarks>
internal static class GraphNumber
{
    /// <summary>Decimals that are kept.</summary>
    public const int Decimals = 12;

    /// <summary>The nearest number that every store gives back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a number, or infinite.</exception>
    public static double Of(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "The graph holds finite numbers only.");
        }

        var rounded = double.Parse(Math.Round(value, Decimals).ToString("G15", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        // Minus zero is zero.
        return rounded == 0 ? 0 : rounded;
    }

    /// <summary>The number in a way that reads back as the same, always with a point, never with an exponent below 10^15.</summary>
    public static string Text(double value)
    {
        var number = Of(value);
        return Math.Abs(number) < 1e15
            ? ((decimal)number).ToString("0.0##############", CultureInfo.InvariantCulture)
            : number.ToString("F1", CultureInfo.InvariantCulture);
    }

    /// <summary>Whole milliseconds since 1970.</summary>
    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
