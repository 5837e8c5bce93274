using Capns.Access;
using Capns.Contracts;

namespace Capns.Registry.Worker.Approvals.Looking;

/// <summary>Which approvals somebody sees (platform spec 4.3).</summary>
internal static class ApprovalQuery
{
    /// <summary>What a caller may see: its own, those it is listed for, and those of the levels it may decide about.</summary>
    public static IQueryable<Approval> Visible(IQueryable<Approval> rows, Caller caller, IReadOnlyCollection<SecurityLevel> levels)
    {
        var (id, list) = (caller.Id, levels.ToList());
        return rows.Where(row => row.CallerId == id || row.RequiredApprovers.Contains(id) || list.Contains(row.SecurityLevel));
    }
}
