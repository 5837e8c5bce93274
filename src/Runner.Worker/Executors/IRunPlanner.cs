using System.Diagnostics.CodeAnalysis;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Runner.Worker.Runs.Output;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Executors;

/// <summary>Says where and how an attempt runs.</summary>
internal interface IRunPlanner
{
    /// <summary>Turns a command into one run of one sandbox.</summary>
    /// <returns>False: it is refused, as <paramref name="refusal"/> says. Never a weaker sandbox or a limit less.</returns>
    bool TryPrepare(RunTool order, [NotNullWhen(true)] out PreparedRun? prepared, [NotNullWhen(false)] out RunEnding? refusal);
}

/// <summary>What runs, and where.</summary>
internal sealed record PreparedRun(ISandbox Sandbox, SandboxSpec Spec)
{
    /// <summary>Knows the secrets that the program is given.</summary>
    public Redactor Redactor { get; init; } = Redactor.Patterns;
}
