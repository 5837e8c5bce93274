using System.ComponentModel;
using System.Diagnostics;
using Capns.Testing;
using Xunit;

namespace Capns.Hosting.Tests.Metrics;

/// <summary>A test that needs Prometheus' own checker: skipped where it is missing, failing where servers are required.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        if (!ServerUrls.Required && !Exists())
        {
            Skip = "promtool (Debian package prometheus) is not installed; infra/test installs it.";
        }
    }

    /// <summary>Runs <c>promtool check metrics</c>.</summary>
    /// <returns>Exit code (0 fine, 3 complaints) and everything it said.</returns>
    public static async Task<(int Code, string Output)> CheckAsync(string text)
    {
        using var promtool = Start("check", "metrics");
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var output = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, output);
    }

    private static bool Exists()
    {
        try
        {
            using var promtool = Start("--version");
            promtool.WaitForExit();
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("promtool", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
