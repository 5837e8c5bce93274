using Capns.Sandbox.Tests.Conformance;
using Xunit;

namespace Capns.Sandbox.Tests.Native;

/// <summary>The native driver does what every driver must.</summary>
[Requires(typeof(NativeRequirement))]
public sealed class NativeSandboxConformance(NativeFixture fixture) : SandboxConformance(fixture), IClassFixture<NativeFixture>;
