using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Containers;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Capns.Sandbox.Tests.Conformance;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Capns.Sandbox.Tests.Containers;

/// <summary>The container driver on the engine of <c>DOCKER_HOST</c>, else of the default socket.</summary>
[Requires(typeof(EngineRequirement))]
public sealed class ContainerFixture : SandboxFixture
{
    /// <summary>Collection of tests that must not run beside each other: one leaves what another counts.</summary>
    internal const string Reaping = "Containers that are left behind";

    /// <summary>The engine's address.</summary>
    internal static string Address { get; } =
        Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host ? host : new ContainerSandboxOptions().Endpoint;

    /// <summary>A client of the engine.</summary>
    internal static DockerEngine Connect() => EngineEndpoint.TryParse(Address, out var endpoint, out var error)
        ? new DockerEngine(endpoint)
        : throw new InvalidOperationException(error);

    /// <summary>A driver with an engine client of its own.</summary>
    internal static ContainerSandbox CreateSandbox(ContainerSandboxOptions? options = null, IContainerEngine? engine = null) => new(
        engine ?? Connect(),
        Options.Create(new SandboxOptions()),
        Options.Create(options ?? new ContainerSandboxOptions()),
        TimeProvider.System,
        NullLogger<ContainerSandbox>.Instance);

    /// <inheritdoc />
    internal override ISandbox Create() => CreateSandbox();
}

/// <summary>Containers need an engine that answers; with <c>CAPNS_REQUIRE_DOCKER=1</c> the tests run, and fail, without.</summary>
internal sealed class EngineRequirement : IDriverRequirement
{
    private static readonly Lazy<string?> Found = new(() => FindAsync().GetAwaiter().GetResult());

    /// <inheritdoc />
    public string? Missing() => Environment.GetEnvironmentVariable("CAPNS_REQUIRE_DOCKER") == "1" ? null : Found.Value;

    private static async Task<string?> FindAsync()
    {
        try
        {
            using var engine = ContainerFixture.Connect();
            var image = new ContainerSandboxOptions().Image;
            return await engine.FindImageAsync(image, CancellationToken.None) is null
                ? $"The engine at {ContainerFixture.Address} has no image {image}; infra/docker/images/build makes it."
                : null;
        }
        catch (Exception failure) when (failure is EngineUnreachableException or EngineRefusedException)
        {
            return failure.Message;
        }
    }
}
