using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;

namespace Capns.Registry.Worker.Executions.Endings;

/// <summary>Opens a result that the runner has sealed for its way (platform spec 5.13).</summary>
internal static class ResultSeal
{
    /// <summary>The report with its result in the open; one that does not open has failed.</summary>
    public static RunEnded Open(ISealer sealer, RunEnded report)
    {
        if (report.SealedResult is not { } text)
        {
            return report;
        }

        return TryDecode(text, out var bytes) && sealer.TryOpen(bytes, SealedPlaces.Report(report.ExecutionId), out var json)
            ? report with { SealedResult = null, Result = JsonSerializer.Deserialize<JsonElement>(json, WireJson.Options) }
            : report with
            {
                SealedResult = null,
                Outcome = RunOutcome.Failed,
                Error = Errors.Of(ErrorCodes.InternalError,
                    "The result cannot be opened: runner and registry need the same DATA_ENCRYPTION_KEY."),
            };
    }

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[(text.Length / 4 * 3) + 3];
        var done = Convert.TryFromBase64String(text, bytes, out var length);
        bytes = done ? bytes[..length] : [];
        return done;
    }
}
