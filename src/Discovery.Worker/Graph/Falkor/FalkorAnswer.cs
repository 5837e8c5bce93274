using System.Globalization;
using StackExchange.Redis;

namespace Capns.Discovery.Worker.Graph.Falkor;

/// <summary>Reads FalkorDB's compact answers: a header, rows of pairs of type and value, statistics. Pure.</summary>
internal static class FalkorAnswer
{
    // Types of values in the compact format.
    private const int Null = 1;
    private const int Text = 2;
    private const int Whole = 3;
    private const int Flag = 4;
    private const int Number = 5;
    private const int List = 6;
    private const int Map = 10;

    /// <summary>The rows; none for a query that returns nothing.</summary>
    /// <exception cref="InvalidDataException">It is no such answer, or has a value that no query here asks for.</exception>
    /// <exception cref="RedisServerException">The query failed on its way.</exception>
    public static IReadOnlyList<IReadOnlyList<object?>> Rows(RedisResult answer)
    {
        var parts = (RedisResult[])answer;
        if (parts.Length < 3)
        {
            return [];
        }

        return [.. ((RedisResult[])parts[1]).Select(row => ((RedisResult[])row).Select(Value).ToArray())];
    }

    private static object? Value(RedisResult pair)
    {
        var parts = (RedisResult[])pair;
        if (parts is not [var type, var value])
        {
            throw new InvalidDataException("FalkorDB answered with something that is no value.");
        }

        return (int)type switch
        {
            Null => null,
            Text => (string)value,
            Whole => (long)value,
            Flag => (string)value == "true",
            Number => double.Parse((string)value, CultureInfo.InvariantCulture),
            List => ((RedisResult[])value).Select(Value).ToArray(),
            Map => Members((RedisResult[])value),
            var other => throw new InvalidDataException($"FalkorDB answered with a value of type {other}, which is not read."),
        };
    }

    private static Dictionary<string, object?> Members(RedisResult[] flat)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var at = 0; at + 1 < flat.Length; at += 2)
        {
            map[(string)flat[at]] = Value(flat[at + 1]);
        }

        return map;
    }
}
