using Capns.Sandbox.Tests.Conformance;
using Xunit;

namespace Capns.Sandbox.Tests.Containers;

/// <summary>The container driver contains every hostile program.</summary>
[Requires(typeof(EngineRequirement))]
public sealed class ContainerHostilePrograms(ContainerFixture fixture, HostileHost host)
    : HostilePrograms(fixture, host), IClassFixture<ContainerFixture>, IClassFixture<HostileHost>;
