using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Runs.Output;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Executors;

/// <summary>Plans attempts of executors <c>builtin</c>, <c>command</c> and <c>container</c> (platform spec 5.5).</summary>
internal sealed class RunPlanner(SandboxSelection drivers, BuiltinTools builtins, RunnerOptions options, ISealer sealer, TimeProvider time) : IRunPlanner
{
    private const long BytesPerMb = 1024 * 1024;
    private readonly Dictionary<string, string> _folders = ToolFolders.With(options);
    private readonly NoopSandbox? _benchmark = options.BenchmarkNoop ? new NoopSandbox(time) : null;

    /// <inheritdoc/>
    public bool TryPrepare(RunTool order, [NotNullWhen(true)] out PreparedRun? prepared, [NotNullWhen(false)] out RunEnding? refusal)
    {
        prepared = null;
        refusal = RefuseWhatCannotBeGiven(order) ?? RefuseDefinition(order.Executor);
        if (refusal is not null)
        {
            return false;
        }

        if (OpenSecrets(order) is not { } secrets)
        {
            refusal = RunEnding.Failed(ErrorCodes.ServiceUnavailable, "This runner cannot open the secret parameters: it needs the DATA_ENCRYPTION_KEY of the registry.");
            return false;
        }

        try
        {
            var open = secrets.Count == 0 ? order : order with { Parameters = SealedParameters.Put(order.Parameters, secrets) };
            prepared = new PreparedRun(Choose(order), Spec(open)) { Redactor = secrets.Count == 0 ? Redactor.Patterns : Redactor.For(secrets.Values) };
            return true;
        }
        catch (SandboxUnavailableException unavailable)
        {
            refusal = RunEnding.Failed(ErrorCodes.SandboxUnavailable, unavailable.Message);
            return false;
        }
    }

    /// <returns>Empty when there are none; null when they do not open.</returns>
    private IReadOnlyDictionary<string, JsonElement>? OpenSecrets(RunTool order)
    {
        if (order.SealedParameters is not { } text)
        {
            return ReadOnlyDictionary<string, JsonElement>.Empty;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? SealedParameters.Open(sealer, order.ExecutionId, bytes.AsSpan(0, length)) : null;
    }

    private ISandbox Choose(RunTool order) =>
        _benchmark is not null && order is { Executor.Type: "builtin", Limits: { SecurityLevel: SecurityLevel.Safe, Isolation: null } }
            ? _benchmark
            : drivers.Choose(order.Limits.Isolation, order.Limits.SecurityLevel, order.Executor is { Type: "container", Image: not null });

    private static RunEnding? RefuseWhatCannotBeGiven(RunTool order)
    {
        if (order.Limits.NetworkAccess)
        {
            return RunEnding.Failed(ErrorCodes.SandboxUnavailable, "The tool asks for networkAccess; this runner's sandboxes have no network.");
        }

        if (order.Limits.PersistentStorage)
        {
            return RunEnding.Failed(ErrorCodes.SandboxUnavailable, "The tool asks for persistentStorage; this runner offers none.");
        }

        return order.SecretNames.Count > 0
            ? RunEnding.Failed(
                ErrorCodes.DependencyMissing, $"The tool asks for the secret '{order.SecretNames[0]}'; this runner gives no secrets to tools.")
            : null;
    }

    private static RunEnding? RefuseDefinition(RunExecutor executor) => executor.Type switch
    {
        "builtin" when executor.Handler is null || !BuiltinTools.Knows(executor.Handler) => RunEnding.Failed(
            ErrorCodes.InvalidDefinition, $"executor.handler is '{executor.Handler}', which is no built-in tool."),
        "command" when executor.Command.Count == 0 => RunEnding.Failed(
            ErrorCodes.InvalidDefinition, "executor.command is empty; it must name a program."),
        "container" when string.IsNullOrWhiteSpace(executor.Image) => RunEnding.Failed(
            ErrorCodes.InvalidDefinition, "executor.image is missing; a container needs one."),
        "builtin" or "command" or "container" => null,
        _ => RunEnding.Failed(
            ErrorCodes.InvalidDefinition, $"executor.type is '{executor.Type}'; this runner knows builtin, command and container."),
    };

    private SandboxSpec Spec(RunTool order)
    {
        var environment = Environment(order);
        var isBuiltin = order.Executor.Type == "builtin";
        return new SandboxSpec
        {
            ExecutionId = order.ExecutionId,
            Attempt = order.Attempt,
            Program = isBuiltin ? builtins.Program : Program(order.Executor),
            Environment = isBuiltin ? new Dictionary<string, string>() : environment,
            Stdin = isBuiltin ? BuiltinTools.Stdin(order, environment) : Encoding.UTF8.GetBytes(order.Parameters.GetRawText()),
            Limits = Limits(order.Limits),
            StopGrace = options.ShutdownGrace,
        };
    }

    private SandboxProgram Program(RunExecutor executor) => new()
    {
        Command = executor.Command,
        Image = executor.Type == "container" ? executor.Image : null,
        Environment = executor.Environment,
        ReadOnlyFolders = _folders,
    };

    private Dictionary<string, string> Environment(RunTool order) => new(StringComparer.Ordinal)
    {
        ["CAPNS_EXECUTION_ID"] = order.ExecutionId.ToString(),
        ["CAPNS_ATTEMPT"] = order.Attempt.ToString(CultureInfo.InvariantCulture),
        ["CAPNS_TOOL_VERSION"] = order.ToolVersion,
        ["CAPNS_DEADLINE"] = time.GetUtcNow().AddMilliseconds(order.Limits.TimeoutMs)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
    };

    private static SandboxLimits Limits(RunLimits limits) => new()
    {
        MemoryBytes = limits.MemoryMb * BytesPerMb,
        Cpu = limits.Cpu,
        WallTime = TimeSpan.FromMilliseconds(limits.TimeoutMs),
        Processes = limits.Processes,
        OutputBytes = limits.OutputBytes,
        ScratchBytes = limits.ScratchMb * BytesPerMb,
    };
}
