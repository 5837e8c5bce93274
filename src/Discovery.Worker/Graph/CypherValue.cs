namespace Capns.Discovery.Worker.Graph;

/// <summary>Reads values of answers: servers differ in what they call a whole number. Pure.</summary>
internal static class CypherValue
{
    public static string Text(object? value) => (string)value!;

    public static string? TextOrNull(object? value) => (string?)value;

    public static Guid Id(object? value) => Guid.Parse((string)value!);

    /// <summary>0 for what is absent.</summary>
    public static long Whole(object? value) => value switch
    {
        null => 0,
        long whole => whole,
        double number => (long)number,
        _ => throw new InvalidCastException($"{value.GetType()} is no number."),
    };

    /// <summary>0 for what is absent.</summary>
    public static double Number(object? value) => NumberOrNull(value) ?? 0;

    public static double? NumberOrNull(object? value) => value switch
    {
        null => null,
        long whole => whole,
        double number => GraphNumber.Of(number),
        _ => throw new InvalidCastException($"{value.GetType()} is no number."),
    };

    public static DateTimeOffset? TimeOrNull(object? value) => value is null ? null : GraphNumber.Time(Whole(value));

    public static DateTimeOffset Time(object? value) => GraphNumber.Time(Whole(value));

    /// <summary>Empty for what is absent.</summary>
    public static IReadOnlyList<string> Texts(object? value) => value is IEnumerable<object?> list ? [.. list.Select(Text)] : [];

    public static IReadOnlyDictionary<string, object?> Map(object? value) => (IReadOnlyDictionary<string, object?>)value!;
}
