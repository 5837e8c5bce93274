using System.Globalization;
using System.Text.Json;

namespace Capns.Hosting.Configuration;

/// <summary>Reads settings from environment variables (platform spec 10.4). An empty variable counts as absent.</summary>
/// <param name="read">Gives a variable's value, or null.</param>
/// <exception cref="SettingException">Thrown by every method for a value it cannot use, naming variable, value and bound.</exception>
public sealed class EnvironmentReader(Func<string, string?> read)
{
    private const long Mebibyte = 1L << 20;

    private static readonly (string Suffix, long Bytes)[] SizeUnits =
    [
        ("KIB", 1L << 10), ("MIB", Mebibyte), ("GIB", 1L << 30),
        ("KB", 1L << 10), ("MB", Mebibyte), ("GB", 1L << 30),
        ("K", 1L << 10), ("M", Mebibyte), ("G", 1L << 30),
    ];

    private static readonly (string Suffix, double Milliseconds)[] TimeUnits = [("MS", 1), ("MIN", 60_000), ("S", 1000), ("M", 60_000), ("H", 3_600_000)];

    /// <summary>This process's variables.</summary>
    public static EnvironmentReader Process { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The text without surrounding white space; null when absent.</summary>
    public string? Text(string variable)
    {
        var value = read(variable)?.Trim();
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>The text, which must be there.</summary>
    /// <param name="variable">Name of the variable.</param>
    /// <param name="expected">Completes "needs"; e.g. <c>an amqp:// URL</c>.</param>
    public string Required(string variable, string expected) =>
        Text(variable) ?? throw new SettingException($"{variable} is not set; it needs {expected}.");

    /// <summary><c>true</c>, <c>1</c>, <c>yes</c>, <c>on</c>, or <c>false</c>, <c>0</c>, <c>no</c>, <c>off</c>, in any case.</summary>
    public bool Flag(string variable, bool otherwise) => Text(variable)?.ToUpperInvariant() switch
    {
        null => otherwise,
        "TRUE" or "1" or "YES" or "ON" => true,
        "FALSE" or "0" or "NO" or "OFF" => false,
        _ => throw Bad(variable, "true or false"),
    };

    /// <summary>A whole number, both bounds included.</summary>
    public int WholeNumber(string variable, int otherwise, int least, int most)
    {
        if (Text(variable) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Bad(variable, Invariant($"a whole number from {least} to {most}"));
    }

    /// <summary>A number, both bounds included.</summary>
    public double Number(string variable, double otherwise, double least, double most)
    {
        if (Text(variable) is not { } text)
        {
            return otherwise;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Bad(variable, Invariant($"a number from {least} to {most}"));
    }

    /// <summary>A duration: a bare number is milliseconds; suffixes <c>ms</c>, <c>s</c>, <c>m</c> or <c>min</c>, <c>h</c>.</summary>
    public TimeSpan Duration(string variable, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        if (Text(variable) is not { } text)
        {
            return otherwise;
        }

        var (number, unit) = Split(text, TimeUnits, 1d);
        return number * unit is { } milliseconds && milliseconds >= least.TotalMilliseconds && milliseconds <= most.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw Bad(variable, Invariant($"a duration from {least.TotalMilliseconds} to {most.TotalMilliseconds} ms, such as 30000, 30s or 5m"));
    }

    /// <summary>A size in bytes. Units are powers of 1,024: <c>K</c>, <c>M</c>, <c>G</c>, each also with <c>B</c> or <c>iB</c>.</summary>
    /// <param name="variable">Name of the variable.</param>
    /// <param name="otherwise">Bytes when absent.</param>
    /// <param name="least">Bytes, included.</param>
    /// <param name="most">Bytes, included.</param>
    /// <param name="bareUnit">What a number without suffix counts: 1 for bytes, 1,048,576 for MB.</param>
    public long Size(string variable, long otherwise, long least, long most, long bareUnit = Mebibyte)
    {
        if (Text(variable) is not { } text)
        {
            return otherwise;
        }

        var (number, unit) = Split(text, SizeUnits, bareUnit);
        return number * unit is { } bytes && bytes >= least && bytes <= most
            ? (long)bytes
            : throw Bad(variable, Invariant($"a size from {Megabytes(least)} to {Megabytes(most)} MB, such as 512MB or 1GB"));
    }

    /// <summary>Words between commas, without white space and empty ones; <paramref name="otherwise"/> when absent.</summary>
    public IReadOnlyList<string> List(string variable, params string[] otherwise) =>
        Text(variable)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? otherwise;

    /// <summary>One of some words, compared without case.</summary>
    public string OneOf(string variable, string otherwise, params string[] words)
    {
        var text = Text(variable) ?? otherwise;
        return words.FirstOrDefault(word => string.Equals(word, text, StringComparison.OrdinalIgnoreCase))
            ?? throw Bad(variable, $"one of {string.Join(", ", words)}");
    }

    /// <summary>An absolute URL of one of some schemes. A password in it never reaches a message.</summary>
    public Uri? Url(string variable, params string[] schemes)
    {
        if (Text(variable) is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && schemes.Contains(url.Scheme, StringComparer.Ordinal) && url.Host.Length > 0
            ? url
            : throw new SettingException($"{variable}={WithoutLogin(text)} cannot be used; it needs a URL such as {schemes[0]}://user:password@host:port.");
    }

    /// <summary>A JSON object; null when absent.</summary>
    public JsonElement? JsonObject(string variable)
    {
        if (Text(variable) is not { } text)
        {
            return null;
        }

        try
        {
            var element = JsonSerializer.Deserialize<JsonElement>(text);
            return element.ValueKind == JsonValueKind.Object ? element : throw Bad(variable, "a JSON object");
        }
        catch (JsonException)
        {
            throw Bad(variable, "a JSON object");
        }
    }

    /// <summary>The error for a value that has been read but cannot be used.</summary>
    public SettingException Bad(string variable, string expected) =>
        new($"{variable}={Text(variable)} cannot be used; it needs {expected}.");

    internal static string WithoutLogin(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal);
        var at = url.LastIndexOf('@');
        return start >= 0 && at > start ? $"{url[..(start + 3)]}***{url[at..]}" : url;
    }

    private static (double? Number, double Unit) Split(string text, IEnumerable<(string Suffix, double Factor)> units, double bareUnit)
    {
        var unit = units.OrderByDescending(candidate => candidate.Suffix.Length)
            .FirstOrDefault(candidate => text.EndsWith(candidate.Suffix, StringComparison.OrdinalIgnoreCase));
        var digits = unit.Suffix is null ? text : text[..^unit.Suffix.Length].TrimEnd();
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? (number, unit.Suffix is null ? bareUnit : unit.Factor)
            : (null, 1);
    }

    private static (double? Number, double Unit) Split(string text, IEnumerable<(string Suffix, long Factor)> units, double bareUnit) =>
        Split(text, units.Select(unit => (unit.Suffix, (double)unit.Factor)), bareUnit);

    private static double Megabytes(long bytes) => Math.Round((double)bytes / Mebibyte, 3);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
