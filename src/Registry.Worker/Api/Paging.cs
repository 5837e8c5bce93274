namespace Capns.Registry.Worker.Api;

/// <summary>Which part of a list is wanted (platform spec 4.4).</summary>
/// <param name="Page">1 to <see cref="MaxPage"/>.</param>
/// <param name="Limit">1 to <see cref="MaxLimit"/> elements.</param>
internal sealed record Paging(int Page, int Limit)
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 100;

    /// <summary>So that the number of elements before a page fits.</summary>
    public const int MaxPage = 1_000_000;

    /// <summary>Elements before the page.</summary>
    public int Skip => (Page - 1) * Limit;

    /// <summary>The list as it is answered.</summary>
    public PageOf<T> Of<T>(IReadOnlyList<T> items, long total) => new(items, total, Page, Limit, (total + Limit - 1) / Limit);
}

/// <summary>Part of a list.</summary>
/// <param name="Items">The elements of the page.</param>
/// <param name="Total">Elements of the whole list.</param>
/// <param name="Page">Counts from 1.</param>
/// <param name="Limit">Most elements of a page.</param>
/// <param name="Pages">Pages of the whole list.</param>
internal sealed record PageOf<T>(IReadOnlyList<T> Items, long Total, int Page, int Limit, long Pages);
