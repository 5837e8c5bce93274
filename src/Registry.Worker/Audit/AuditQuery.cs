using System.Globalization;
using Capns.Registry.Worker.Api;
using Npgsql;

namespace Capns.Registry.Worker.Audit;

/// <summary>Which entries are shown or exported, and which page of them (platform spec 4.3, 4.4).</summary>
internal sealed record AuditQuery
{
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

    public required Paging Paging { get; init; }

    /// <summary>Reads a query string; unknown parameters are ignored.</summary>
    /// <param name="values">Decoded.</param>
    /// <param name="problem">What is wrong, naming parameter, value and bound.</param>
    public static AuditQuery? Read(IQueryCollection values, out ProblemResult? problem)
    {
        var query = new QueryReader(values);
        var read = new AuditQuery { Descending = query.Sort("-at", "at").Descending, Paging = query.Paging() };
        read.Filter(query);
        problem = query.Problem;
        return problem is null ? read : null;
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

    private void Filter(QueryReader query)
    {
        foreach (var (parameter, column) in Exact)
        {
            if (query.Text(parameter) is { } text)
            {
                _conditions.Add((column + " = {0}", text));
            }
        }

        foreach (var (parameter, column, words) in Words)
        {
            if (query.OneOf(parameter, words) is { } word)
            {
                // One of the words above, as text: an index of what is not ok is only found by the word itself.
                _conditions.Add(($"{column} = '{word}'", null));
            }
        }

        if (query.Text("action") is { } action)
        {
            _conditions.Add(action.EndsWith('*') ? ("starts_with(action, {0})", action[..^1]) : ("action = {0}", action));
        }

        var (from, to) = (query.Time("from"), query.Time("to"));
        if (from > to)
        {
            query.Note("from", "maximum", $"must not be after to; they are {from:O} and {to:O}");
        }

        if (from is { } start)
        {
            _conditions.Add(("at >= {0}", start));
        }

        if (to is { } end)
        {
            _conditions.Add(("at < {0}", end));
        }
    }
}
