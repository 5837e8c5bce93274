using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Admission;

namespace Capns.Registry.Worker.Executions.Endings;

/// <summary>What one attempt costs (platform spec 5.9). Pure.</summary>
internal static class AttemptCost
{
    /// <summary>Endings that are the platform's fault, and so free.</summary>
    private static readonly string[] Free =
    [
        ErrorCodes.SandboxFailed.Code, ErrorCodes.SandboxUnavailable.Code, ErrorCodes.WorkerLost.Code, ErrorCodes.InternalError.Code,
        ErrorCodes.KillSwitch.Code,
    ];

    /// <summary>The estimate, times the share of the estimated time that was used, from a tenth to ten times.</summary>
    /// <returns>An amount of at most 6 decimal places.</returns>
    public static decimal Of(RunPlan plan, long elapsedMs, string? errorCode)
    {
        if (errorCode is not null && Free.Contains(errorCode))
        {
            return 0;
        }

        var share = (decimal)elapsedMs / Math.Max(1, plan.EstimatedDuration);
        return Math.Round(plan.EstimatedCost * Math.Clamp(share, 0.1m, 10m), 6, MidpointRounding.AwayFromZero);
    }
}
