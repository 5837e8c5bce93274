using System.Globalization;
using Capns.Contracts;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>Which tools a list shows, and in which order (platform spec 4.3, 4.4).</summary>
internal sealed record ToolQuery
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 100;

    private const string Escape = "\\";

    private static readonly string[] Sorts = ["name", "createdAt", "updatedAt"];

    public string? Text { get; private init; }

    public string? Category { get; private init; }

    /// <summary>A tool must have all of them.</summary>
    public string[] Tags { get; private init; } = [];

    public SecurityLevel? Level { get; private init; }

    public bool? Enabled { get; private init; }

    /// <summary>Absent: by name, or by what else the list ranks them.</summary>
    public string? Sort { get; private init; }

    public bool Descending { get; private init; }

    public int Page { get; private init; } = 1;

    public int Limit { get; private init; } = DefaultLimit;

    /// <summary>Reads a query string; unknown parameters are ignored.</summary>
    /// <param name="query">Decoded.</param>
    /// <param name="error">What is wrong, naming parameter, value and bound.</param>
    public static ToolQuery? Read(IQueryCollection query, out string? error)
    {
        var problems = new List<string>();
        if (query.Any(parameter => parameter.Value.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true)))
        {
            problems.Add("Query parameters cannot hold the character U+0000.");
        }

        var sort = One(query, "sort");
        var read = new ToolQuery
        {
            Text = One(query, "q"),
            Category = One(query, "category"),
            Tags = [.. query["tags"].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
            Level = Word<SecurityLevel>(One(query, "securityLevel"), "securityLevel", "safe, moderate, restricted, dangerous", problems),
            Enabled = Flag(One(query, "enabled"), problems),
            Sort = sort?.TrimStart('-'),
            Descending = sort?.StartsWith('-') == true,
            Page = Number(One(query, "page"), "page", 1, 1_000_000, 1, problems),
            Limit = Number(One(query, "limit"), "limit", 1, MaxLimit, DefaultLimit, problems),
        };
        if (read.Sort is not null && !Sorts.Contains(read.Sort))
        {
            problems.Add($"sort must be one of {string.Join(", ", Sorts)}, with - in front to reverse; it is {Preview.Of(sort!)}.");
        }

        error = problems.FirstOrDefault();
        return error is null ? read : null;
    }

    /// <summary>The tools that fit; archived ones never do.</summary>
    public IQueryable<Tool> Filter(IQueryable<Tool> tools)
    {
        tools = tools.Where(tool => tool.ArchivedAt == null);
        if (Text is not null)
        {
            var literal = Text.Replace(Escape, Escape + Escape, StringComparison.Ordinal).Replace("%", Escape + "%", StringComparison.Ordinal).Replace("_", Escape + "_", StringComparison.Ordinal);
            var pattern = $"%{literal}%";
            tools = tools.Where(tool => EF.Functions.ILike(tool.Name, pattern, Escape) || EF.Functions.ILike(tool.Slug, pattern, Escape)
                || EF.Functions.ILike(tool.DisplayName, pattern, Escape) || EF.Functions.ILike(tool.Description, pattern, Escape));
        }

        tools = Category is null ? tools : tools.Where(tool => tool.Category == Category);
        tools = Level is null ? tools : tools.Where(tool => tool.SecurityLevel == Level);
        tools = Enabled is null ? tools : tools.Where(tool => tool.IsEnabled == Enabled);
        return Tags.Aggregate(tools, (fitting, tag) => fitting.Where(tool => tool.Tags.Contains(tag)));
    }

    /// <summary>In the wanted order; ties by id, so that pages never overlap.</summary>
    public IQueryable<Tool> Order(IQueryable<Tool> tools) => (Sort, Descending) switch
    {
        ("createdAt", false) => tools.OrderBy(tool => tool.CreatedAt).ThenBy(tool => tool.Id),
        ("createdAt", true) => tools.OrderByDescending(tool => tool.CreatedAt).ThenBy(tool => tool.Id),
        ("updatedAt", false) => tools.OrderBy(tool => tool.UpdatedAt).ThenBy(tool => tool.Id),
        ("updatedAt", true) => tools.OrderByDescending(tool => tool.UpdatedAt).ThenBy(tool => tool.Id),
        (_, true) => tools.OrderByDescending(tool => tool.Name).ThenBy(tool => tool.Id),
        _ => tools.OrderBy(tool => tool.Name).ThenBy(tool => tool.Id),
    };

    private static string? One(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && !string.IsNullOrWhiteSpace(values[0]) ? values[0] : null;

    private static T? Word<T>(string? text, string name, string words, List<string> problems)
        where T : struct, Enum
    {
        if (text is null)
        {
            return null;
        }

        if (char.IsAsciiLetter(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var word) && Convert.ToInt32(word, CultureInfo.InvariantCulture) != 0)
        {
            return word;
        }

        problems.Add($"{name} must be one of {words}; it is {Preview.Of(text)}.");
        return null;
    }

    private static bool? Flag(string? text, List<string> problems)
    {
        if (text is null or "true" or "false")
        {
            return text is null ? null : text == "true";
        }

        problems.Add($"enabled must be true or false; it is {Preview.Of(text)}.");
        return null;
    }

    private static int Number(string? text, string name, int min, int max, int fallback, List<string> problems)
    {
        if (text is null)
        {
            return fallback;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        problems.Add($"{name} must be a whole number from {min} to {max}; it is {Preview.Of(text)}.");
        return fallback;
    }
}
