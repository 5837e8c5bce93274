using System.Globalization;

namespace Capns.Registry.Worker.Tools;

/// <summary>Amounts of memory as people write them: <c>256</c>, <c>256MB</c>, <c>1GB</c> (platform spec 5.1).</summary>
internal static class MemorySize
{
    /// <summary>Smallest limit, in MB (1,048,576 bytes); less starts no interpreter.</summary>
    public const int Min = 16;

    /// <summary>Largest limit, in MB.</summary>
    public const int Max = 65_536;

    /// <summary>For error messages.</summary>
    public const string Expectation = "memory in MB, or with suffix MB or GB, from 16 to 65536 MB";

    /// <summary>Reads an amount in MB; without suffix it is MB.</summary>
    public static bool TryParse(string text, out int megabytes)
    {
        var trimmed = text.AsSpan().Trim();
        var factor = 1m;
        foreach (var (suffix, value) in Suffixes)
        {
            if (trimmed.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                factor = value;
                trimmed = trimmed[..^suffix.Length].TrimEnd();
                break;
            }
        }

        megabytes = 0;
        if (!decimal.TryParse(trimmed, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > Max || number * factor > int.MaxValue || number * factor != decimal.Truncate(number * factor))
        {
            return false;
        }

        megabytes = (int)(number * factor);
        return true;
    }

    private static readonly (string Suffix, decimal Factor)[] Suffixes =
        [("GiB", 1024), ("MiB", 1), ("GB", 1024), ("MB", 1), ("G", 1024), ("M", 1)];
}
