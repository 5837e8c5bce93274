using System.Text.Json;
using Capns.Contracts;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>Which tools a list shows, and in which order (platform spec 4.3, 4.4).</summary>
internal sealed record ToolQuery
{
    private const string Escape = "\\";

    public string? Text { get; private init; }

    public string? Category { get; private init; }

    /// <summary>A tool must have all of them.</summary>
    public string[] Tags { get; private init; } = [];

    public SecurityLevel? Level { get; private init; }

    public bool? Enabled { get; private init; }

    public string? MaintenanceStatus { get; private init; }

    public string? Owner { get; private init; }

    public string Sort { get; private init; } = "name";

    /// <summary>False: nobody asks for an order, so that one with a meaning may take the place of that by name.</summary>
    public bool IsSorted { get; private init; }

    public bool Descending { get; private init; }

    public Paging Paging { get; private init; } = new(1, Paging.DefaultLimit);

    /// <summary>What tells this list's number of elements from that of others.</summary>
    public string FilterKey => JsonSerializer.Serialize(new object?[] { Text, Category, Tags, Level, Enabled, MaintenanceStatus, Owner });

    /// <summary>Reads a query string; what is wrong is noted by the reader.</summary>
    public static ToolQuery Read(QueryReader query)
    {
        var (sort, descending) = query.Sort("name", "name", "createdAt", "updatedAt", "popularity", "relevance");
        return new ToolQuery
        {
            Text = query.Text("q"),
            Category = query.Text("category"),
            Tags = query.Texts("tags"),
            Level = query.Word<SecurityLevel>("securityLevel", "safe, moderate, restricted, dangerous"),
            Enabled = query.Flag("enabled"),
            MaintenanceStatus = query.OneOf("maintenanceStatus", "active", "maintenance", "deprecated", "archived"),
            Owner = query.Text("owner"),
            Sort = sort,
            IsSorted = query.Text("sort") is not null,
            Descending = descending,
            Paging = query.Paging(),
        };
    }

    /// <summary>The tools that fit; archived ones only when asked for.</summary>
    public IQueryable<Tool> Filter(DbSet<Tool> all)
    {
        var tools = Text is null ? all.AsNoTracking() : all.FromSql($"SELECT * FROM tools WHERE search_text ILIKE {Pattern(Text)}").AsNoTracking();
        tools = MaintenanceStatus == "archived" ? tools.Where(tool => tool.ArchivedAt != null) : tools.Where(tool => tool.ArchivedAt == null);
        tools = MaintenanceStatus is null or "archived" ? tools : tools.Where(tool => tool.MaintenanceStatus == MaintenanceStatus);
        tools = Category is null ? tools : tools.Where(tool => tool.Category == Category);
        tools = Level is null ? tools : tools.Where(tool => tool.SecurityLevel == Level);
        tools = Enabled is null ? tools : tools.Where(tool => tool.IsEnabled == Enabled);
        tools = Owner is null ? tools : tools.Where(tool => tool.Owner == Owner);
        return Tags.Length == 0 ? tools : tools.Where(tool => Tags.All(tag => tool.Tags.Contains(tag)));
    }

    /// <summary>False: the order cannot be turned round.</summary>
    public bool HasReverse => Sort != "relevance" || Text is null;

    /// <summary>In the wanted order, or from its end; ties by id, so that pages never overlap.</summary>
    public IQueryable<Tool> Order(IQueryable<Tool> tools, bool reversed)
    {
        if (Sort == "relevance" && Text is { } text)
        {
            // Named so, named like so, said of it: in this order.
            var (exact, begins, holds) = (Literal(text), Literal(text) + "%", Pattern(text));
            return tools.OrderByDescending(tool => EF.Functions.ILike(tool.Name, exact, Escape) || EF.Functions.ILike(tool.Slug, exact, Escape))
                .ThenByDescending(tool => EF.Functions.ILike(tool.Name, begins, Escape) || EF.Functions.ILike(tool.Slug, begins, Escape))
                .ThenByDescending(tool => EF.Functions.ILike(tool.Name, holds, Escape))
                .ThenBy(tool => tool.Name).ThenBy(tool => tool.Id);
        }

        return (Sort, Descending != reversed) switch
        {
            ("createdAt", false) => tools.OrderBy(tool => tool.CreatedAt).ThenBy(tool => tool.Id),
            ("createdAt", true) => tools.OrderByDescending(tool => tool.CreatedAt).ThenByDescending(tool => tool.Id),
            ("updatedAt", false) => tools.OrderBy(tool => tool.UpdatedAt).ThenBy(tool => tool.Id),
            ("updatedAt", true) => tools.OrderByDescending(tool => tool.UpdatedAt).ThenByDescending(tool => tool.Id),

            // The most used first: that is what is asked for.
            ("popularity", false) => tools.OrderByDescending(tool => tool.TotalExecutions).ThenByDescending(tool => tool.Id),
            ("popularity", true) => tools.OrderBy(tool => tool.TotalExecutions).ThenBy(tool => tool.Id),
            (_, true) => tools.OrderByDescending(tool => tool.Name).ThenByDescending(tool => tool.Id),
            _ => tools.OrderBy(tool => tool.Name).ThenBy(tool => tool.Id),
        };
    }

    private static string Pattern(string text) => $"%{Literal(text)}%";

    private static string Literal(string text) => text.Replace(Escape, Escape + Escape, StringComparison.Ordinal)
        .Replace("%", Escape + "%", StringComparison.Ordinal).Replace("_", Escape + "_", StringComparison.Ordinal);
}
