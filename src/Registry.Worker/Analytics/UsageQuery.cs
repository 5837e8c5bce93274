using System.Globalization;
using Capns.Registry.Worker.Api;
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
    /// <param name="values">Decoded.</param>
    /// <param name="now">End of a <c>timeRange</c>.</param>
    /// <param name="problem">What is wrong, naming parameter, value and bound.</param>
    public static UsageQuery? Read(IQueryCollection values, DateTimeOffset now, out ProblemResult? problem)
    {
        var query = new QueryReader(values);
        var (from, to) = Span(query, now);
        var grain = query.OneOf("bucket", "hour", "day") ?? (to - from <= TimeSpan.FromDays(2) ? "hour" : "day");
        if (grain == "hour" && (now - from > UsageRollup.HoursKept || to - from > LongestByHour))
        {
            query.Note("bucket", "enum", $"hour takes at most {LongestByHour.TotalDays} days, and reaches back {UsageRollup.HoursKept.TotalDays} days; take day");
        }

        var read = new UsageQuery
        {
            Grain = grain,
            From = Floor(from, grain),
            To = to,
            Tool = query.Text("toolId"),
            AgentId = query.Text("agentId"),
            Limit = query.Number("limit", 1, 100) ?? 10,
        };
        problem = query.Problem;
        return problem is null ? read : null;
    }

    private static (DateTimeOffset From, DateTimeOffset To) Span(QueryReader query, DateTimeOffset now)
    {
        if (query.Text("timeRange") is { } range)
        {
            var number = range.Length > 1 && int.TryParse(range[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
            var unit = range.Length > 1 ? range[^1] switch { 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), 'w' => TimeSpan.FromDays(7), _ => TimeSpan.Zero } : TimeSpan.Zero;
            if (number is < 1 or > 9600 || unit == TimeSpan.Zero || unit * number > Longest)
            {
                query.Note("timeRange", "pattern", $"must be a number with h, d or w behind it, at most {Longest.TotalDays} days, e.g. 24h, 30d; it is {Preview.Of(range)}");
                return (now, now);
            }

            return (now - (unit * number), now);
        }

        var to = Time(query, "to") ?? now;
        var from = Time(query, "from") ?? to - TimeSpan.FromDays(7);
        if (from >= to || to - from > Longest)
        {
            query.Note("from", "maximum", $"must be before to, by at most {Longest.TotalDays} days; they are {from:O} and {to:O}");
        }

        return (from, to);
    }

    /// <summary>Far enough from both ends of the calendar to count days from it.</summary>
    private static DateTimeOffset? Time(QueryReader query, string name)
    {
        var time = query.Time(name);
        if (time is { Year: < 1971 or >= 9000 })
        {
            query.Note(name, "minimum", $"must be from 1971 to 8999; it is {time:O}");
            return null;
        }

        return time;
    }

    private static DateTimeOffset Floor(DateTimeOffset time, string grain)
    {
        var step = grain == "hour" ? TimeSpan.TicksPerHour : TimeSpan.TicksPerDay;
        return new DateTimeOffset(time.UtcTicks - (time.UtcTicks % step), TimeSpan.Zero);
    }
}
