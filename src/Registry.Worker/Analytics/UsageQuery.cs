using System.Globalization;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Analytics;

/// <summary>Which executions are added up: a time, in steps of hours or days, and whose (platform spec 4.3).</summary>
internal sealed record UsageQuery
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(400);
    private static readonly TimeSpan LongestByHour = TimeSpan.FromDays(7);

    /// <summary><c>hour</c> or <c>day</c>.</summary>
    public required string Grain { get; init; }

    /// <summary>Start of the first step, UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>End, not included.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Uuid or slug. Absent: all tools.</summary>
    public string? Tool { get; init; }

    /// <summary>Absent: all agents.</summary>
    public string? AgentId { get; init; }

    /// <summary>Tools listed.</summary>
    public required int Limit { get; init; }

    /// <summary>The starts of all steps.</summary>
    public IEnumerable<DateTimeOffset> Steps()
    {
        var step = Grain == "hour" ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);
        for (var start = From; start < To; start += step)
        {
            yield return start;
        }
    }

    /// <summary>Reads a query string; unknown parameters are ignored.</summary>
    /// <param name="query">Decoded.</param>
    /// <param name="now">End of a <c>timeRange</c>.</param>
    /// <param name="error">What is wrong, naming parameter, value and bound.</param>
    public static UsageQuery? Read(IQueryCollection query, DateTimeOffset now, out string? error)
    {
        error = query.Any(parameter => parameter.Value.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true))
            ? "Query parameters cannot hold the character U+0000."
            : null;
        var (from, to) = Span(query, now, ref error);
        var limit = 10;
        if (One(query, "limit") is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 100))
        {
            error ??= $"limit must be a whole number from 1 to 100; it is {Preview.Of(text)}.";
        }

        var grain = One(query, "bucket") ?? (to - from <= TimeSpan.FromDays(2) ? "hour" : "day");
        if (grain is not ("hour" or "day"))
        {
            error ??= $"bucket must be hour or day; it is {Preview.Of(grain)}.";
        }
        else if (grain == "hour" && (now - from > UsageRollup.HoursKept || to - from > LongestByHour))
        {
            error ??= $"bucket hour takes at most {LongestByHour.TotalDays} days, and reaches back {UsageRollup.HoursKept.TotalDays} days; take day.";
        }

        return error is not null ? null : new UsageQuery
        {
            Grain = grain,
            From = Floor(from, grain),
            To = to,
            Tool = One(query, "toolId"),
            AgentId = One(query, "agentId"),
            Limit = limit,
        };
    }

    private static (DateTimeOffset From, DateTimeOffset To) Span(IQueryCollection query, DateTimeOffset now, ref string? error)
    {
        if (One(query, "timeRange") is { } range)
        {
            var number = range.Length > 1 && int.TryParse(range[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
            var unit = range.Length > 1 ? range[^1] switch { 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), 'w' => TimeSpan.FromDays(7), _ => TimeSpan.Zero } : TimeSpan.Zero;
            if (number is < 1 or > 9600 || unit == TimeSpan.Zero || unit * number > Longest)
            {
                error ??= $"timeRange must be a number with h, d or w behind it, at most {Longest.TotalDays} days, e.g. 24h, 30d; it is {Preview.Of(range)}.";
                return (now, now);
            }

            return (now - (unit * number), now);
        }

        var to = Time(query, "to", ref error) ?? now;
        var from = Time(query, "from", ref error) ?? to - TimeSpan.FromDays(7);
        if (from >= to || to - from > Longest)
        {
            error ??= $"from must be before to, by at most {Longest.TotalDays} days; they are {from:O} and {to:O}.";
        }

        return (from, to);
    }

    private static DateTimeOffset Floor(DateTimeOffset time, string grain)
    {
        var step = grain == "hour" ? TimeSpan.TicksPerHour : TimeSpan.TicksPerDay;
        return new DateTimeOffset(time.UtcTicks - (time.UtcTicks % step), TimeSpan.Zero);
    }

    private static DateTimeOffset? Time(IQueryCollection query, string name, ref string? error)
    {
        if (One(query, name) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time.Year is >= 1971 and < 9000)
        {
            return time;
        }

        error ??= $"{name} must be an ISO 8601 time, e.g. 2026-03-02T09:15:00Z; it is {Preview.Of(text)}.";
        return null;
    }

    private static string? One(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && !string.IsNullOrWhiteSpace(values[0]) ? values[0] : null;
}
