using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Admission;

namespace Capns.Registry.Worker.Api;

/// <summary>What a caller without a login may do.</summary>
internal static class ApiAccess
{
    /// <summary>The refusal when a permission is missing; null when it is there.</summary>
    public static ProblemResult? Lacks(AdmissionOptions access, string permission) => access.AnonymousPermissions.Contains(permission)
        ? null
        : new ProblemResult(ErrorCodes.InsufficientPermissions, $"This needs permission {permission}, which a caller without a login does not have (ANONYMOUS_PERMISSIONS).");
}
