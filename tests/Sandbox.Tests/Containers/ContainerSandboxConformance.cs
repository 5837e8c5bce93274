using Capns.Sandbox.Tests.Conformance;
using Xunit;

namespace Capns.Sandbox.Tests.Containers;

/// <summary>The container driver does what every driver must.</summary>
[Requires(typeof(EngineRequirement))]
[Collection(ContainerFixture.Reaping)]
public sealed class ContainerSandboxConformance(ContainerFixture fixture) : SandboxConformance(fixture), IClassFixture<ContainerFixture>;
