using System.Collections.Frozen;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Executors;

/// <summary>The tools shipped with the platform: one Python program, run in the sandbox like any other tool (platform spec 5.5, 5.14).</summary>
/// <remarks>It reads everything from stdin, so a warm pool can have its interpreter started before a run is known.</remarks>
internal sealed class BuiltinTools(RunnerOptions options)
{
    /// <summary>Where the program's folder is shown in a sandbox.</summary>
    private const string Folder = "/capns/builtins";

    private static readonly FrozenSet<string> Handlers =
        new[] { "math-calculator", "text-analysis", "time-utility", "id-generator" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The folder of this host that holds the program.</summary>
    public static string HostFolder { get; } = Path.Combine(AppContext.BaseDirectory, "Executors", "Builtin");

    /// <summary>The one program of all built-in tools; always the same instance, so that warm members fit.</summary>
    public SandboxProgram Program { get; } = new()
    {
        Command = ["/usr/bin/python3", "-I", "-S", $"{Folder}/main.py"],
        ReadOnlyFolders = ToolFolders.With(options, (HostFolder, Folder)),
        Prestart = true,
    };

    /// <summary>True for the slug of a built-in tool.</summary>
    public static bool Knows(string handler) => Handlers.Contains(handler);

    /// <summary>What the program reads from stdin.</summary>
    public static byte[] Stdin(RunTool order, IReadOnlyDictionary<string, string> environment) => JsonSerializer.SerializeToUtf8Bytes(
        new { handler = order.Executor.Handler, parameters = order.Parameters, environment }, WireJson.Options);
}
