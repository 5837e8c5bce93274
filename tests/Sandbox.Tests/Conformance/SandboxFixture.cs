using Capns.Runner.Worker.Sandboxing;
using Xunit;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>One driver, shared by the tests of a class. A driver's tests derive from it and say how the driver is made.</summary>
public abstract class SandboxFixture : IAsyncLifetime
{
    private ISandbox? _sandbox;

    /// <summary>The driver under test.</summary>
    internal ISandbox Sandbox => _sandbox ?? throw new InvalidOperationException("The fixture has not been initialized.");

    /// <summary>Programs that the pool is warmed with before the first test. Default: a shell and a prestarted Python.</summary>
    internal virtual IReadOnlyList<SandboxProgram> WarmPrograms => [Example.Shell(), Example.Prestarted()];

    /// <summary>Makes the driver, with a warm pool switched on.</summary>
    internal abstract ISandbox Create();

    /// <inheritdoc />
    public Task InitializeAsync()
    {
        if (RequiresAttribute.SkipReason(GetType()) is null)
        {
            _sandbox = Create();
            _sandbox.Warm(WarmPrograms);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
        }
    }
}
