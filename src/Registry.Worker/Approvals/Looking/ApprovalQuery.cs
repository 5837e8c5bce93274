using System.Globalization;
using Capns.Contracts;
using Capns.Contracts.Approvals;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Approvals.Looking;

/// <summary>Which approvals a list shows: newest first (platform spec 4.3, 4.4).</summary>
internal sealed record ApprovalQuery
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 100;

    public ApprovalStatus? Status { get; private init; }

    public int Page { get; private init; } = 1;

    public int Limit { get; private init; } = DefaultLimit;

    /// <summary>Reads a query string; unknown parameters are ignored.</summary>
    /// <param name="query">Decoded.</param>
    /// <param name="error">What is wrong, naming parameter, value and bound.</param>
    public static ApprovalQuery? Read(IQueryCollection query, out string? error)
    {
        error = null;
        ApprovalStatus? status = null;
        if (One(query, "status") is { } word)
        {
            if (!char.IsAsciiLetter(word[0]) || !Enum.TryParse<ApprovalStatus>(word, ignoreCase: true, out var read)
                || read == ApprovalStatus.Unknown)
            {
                error = $"status must be one of pending, approved, rejected, expired, cancelled; it is {Preview.Of(word)}.";
                return null;
            }

            status = read;
        }

        return Number(query, "page", 1_000_000, 1, ref error) is { } page
            && Number(query, "limit", MaxLimit, DefaultLimit, ref error) is { } limit
            ? new ApprovalQuery { Status = status, Page = page, Limit = limit }
            : null;
    }

    /// <summary>What a caller may see: its own, those it is listed for, and those of the levels it may decide about.</summary>
    public static IQueryable<Approval> Visible(IQueryable<Approval> rows, Caller caller, IReadOnlyCollection<SecurityLevel> levels)
    {
        var (id, list) = (caller.Id, levels.ToList());
        return rows.Where(row => row.CallerId == id || row.RequiredApprovers.Contains(id) || list.Contains(row.SecurityLevel));
    }

    private static int? Number(IQueryCollection query, string name, int max, int otherwise, ref string? error)
    {
        if (One(query, name) is not { } text)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max)
        {
            return number;
        }

        error = $"{name} must be a whole number from 1 to {max}; it is {Preview.Of(text)}.";
        return null;
    }

    private static string? One(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && !string.IsNullOrWhiteSpace(values[0]) ? values[0] : null;
}
