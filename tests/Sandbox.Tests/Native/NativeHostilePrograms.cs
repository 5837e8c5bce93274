using Capns.Sandbox.Tests.Conformance;
using Xunit;

namespace Capns.Sandbox.Tests.Native;

/// <summary>The native driver contains every hostile program.</summary>
[Requires(typeof(NativeRequirement))]
public sealed class NativeHostilePrograms(NativeFixture fixture, HostileHost host)
    : HostilePrograms(fixture, host), IClassFixture<NativeFixture>, IClassFixture<HostileHost>;
