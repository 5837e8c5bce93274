using System.Globalization;
using Capns.Registry.Worker.Reading;
using Npgsql;

namespace Capns.Registry.Worker.Audit;

/// <summary>Which entries are shown or exported, and which page of them (platform spec 4.3, 4.4).</summary>
internal sealed record AuditQuery
{
    /// <summary>Entries of a page when nothing is said.</summary>
    public const int DefaultLimit = 20;

    /// <summary>Most entries of a page.</summary>
    public const int MaxLimit = 100;

    private static readonly (string Parameter, string Column)[] Exact =
    [
        ("actorId", "actor_id"), ("actorKind", "actor_kind"), ("objectKind", "object_kind"), ("objectId", "object_id"), ("code", "code"),
        ("requestId", "request_id"), ("traceId", "trace_id"), ("onBehalfOf", "on_behalf_of"),
    ];

    private static readonly (string Parameter, string Column, string[] Words)[] Words =
    [
        ("outcome", "outcome", ["ok", "denied", "failed"]),
        ("securityLevel", "security_level", ["safe", "moderate", "restricted", "dangerous"]),
        ("chain", "chain", ["30d", "90d", "365d", "2555d"]),
    ];

    private readonly List<(string Sql, object? Value)> _conditions = [];

    /// <summary>True when nothing is filtered.</summary>
    public bool IsWhole => _conditions.Count == 0;

    /// <summary>What is filtered, as one text.</summary>
    public string Key => string.Join('\n', _conditions.Select(condition => string.Format(CultureInfo.InvariantCulture, "{0}={1}", condition.Sql, condition.Value)));

    /// <summary>Newest first.</summary>
    public bool Descending { get; private init; } = true;

    /// <summary>From 1.</summary>
    public int Page { get; private init; } = 1;

    public int Limit { get; private init; } = DefaultLimit;

    /// <summary>Reads a query string; unknown parameters are ignored.</summary>
    /// <param name="query">Decoded.</param>
    /// <param name="error">What is wrong, naming parameter, value and bound.</param>
    public static AuditQuery? Read(IQueryCollection query, out string? error)
    {
        error = null;
        var sort = One(query, "sort") ?? "-at";
        if (sort is not ("at" or "-at"))
        {
            error = $"sort must be at or -at; it is {Preview.Of(sort)}.";
        }

        var read = new AuditQuery
        {
            Descending = sort == "-at",
            Page = Number(query, "page", 1, 1_000_000, 1, ref error),
            Limit = Number(query, "limit", 1, MaxLimit, DefaultLimit, ref error),
        };
        read.Filter(query, ref error);
        return error is null ? read : null;
    }

    /// <summary>Writes the conditions, and gives the command their values.</summary>
    /// <returns><c>WHERE …</c>, or nothing.</returns>
    public string Where(NpgsqlCommand command)
    {
        var texts = new List<string>();
        foreach (var (sql, value) in _conditions)
        {
            if (value is null)
            {
                texts.Add(sql);
                continue;
            }

            command.Parameters.AddWithValue(value);
            texts.Add(string.Format(CultureInfo.InvariantCulture, sql, $"${command.Parameters.Count}"));
        }

        return texts.Count == 0 ? string.Empty : $"WHERE {string.Join(" AND ", texts)}";
    }

    private void Filter(IQueryCollection query, ref string? error)
    {
        foreach (var (parameter, column) in Exact)
        {
            if (Text(query, parameter, ref error) is { } text)
            {
                _conditions.Add((column + " = {0}", text));
            }
        }

        foreach (var (parameter, column, words) in Words)
        {
            if (One(query, parameter) is { } word)
            {
                if (!words.Contains(word, StringComparer.Ordinal))
                {
                    error ??= $"{parameter} must be one of {string.Join(", ", words)}; it is {Preview.Of(word)}.";
                    continue;
                }

                // One of the words above, as text: an index of what is not ok is only found by the word itself.
                _conditions.Add(($"{column} = '{word}'", null));
            }
        }

        if (Text(query, "action", ref error) is { } action)
        {
            _conditions.Add(action.EndsWith('*') ? ("starts_with(action, {0})", action[..^1]) : ("action = {0}", action));
        }

        var (from, to) = (Time(query, "from", ref error), Time(query, "to", ref error));
        error ??= from > to ? $"from must not be after to; they are {from:O} and {to:O}." : null;
        if (from is { } start)
        {
            _conditions.Add(("at >= {0}", start));
        }

        if (to is { } end)
        {
            _conditions.Add(("at < {0}", end));
        }
    }

    private static DateTimeOffset? Time(IQueryCollection query, string name, ref string? error)
    {
        if (One(query, name) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        error ??= $"{name} must be an ISO 8601 time, e.g. 2026-03-02T09:15:00Z; it is {Preview.Of(text)}.";
        return null;
    }

    private static string? Text(IQueryCollection query, string name, ref string? error)
    {
        var text = One(query, name);
        if (text?.Contains('\0', StringComparison.Ordinal) == true)
        {
            error ??= $"{name} cannot hold the character U+0000.";
            return null;
        }

        return text;
    }

    private static int Number(IQueryCollection query, string name, int min, int max, int otherwise, ref string? error)
    {
        if (One(query, name) is not { } text)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        error ??= $"{name} must be a whole number from {min} to {max}; it is {Preview.Of(text)}.";
        return otherwise;
    }

    private static string? One(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && !string.IsNullOrEmpty(values[0]) ? values[0] : null;
}
