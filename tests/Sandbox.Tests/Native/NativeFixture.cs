using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Native;
using Capns.Sandbox.Tests.Conformance;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Capns.Sandbox.Tests.Native;

/// <summary>The native driver with its defaults.</summary>
[Requires(typeof(NativeRequirement))]
public sealed class NativeFixture : SandboxFixture
{
    /// <inheritdoc />
    internal override ISandbox Create() =>
        new NativeSandbox(Options.Create(new SandboxOptions()), TimeProvider.System, NullLogger<NativeSandbox>.Instance);
}

/// <summary>The native driver needs root and bubblewrap.</summary>
internal sealed class NativeRequirement : IDriverRequirement
{
    /// <inheritdoc />
    public string? Missing()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "Native sandboxes need root.";
        }

        return File.Exists("/usr/bin/bwrap") ? null : "Native sandboxes need bubblewrap (/usr/bin/bwrap).";
    }
}
