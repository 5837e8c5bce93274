using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>A fact that skips when the class's <see cref="RequiresAttribute"/> is not met.</summary>
[XunitTestCaseDiscoverer("Capns.Sandbox.Tests.Conformance.SandboxFactDiscoverer", "Capns.Sandbox.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class SandboxFactAttribute : FactAttribute;

/// <summary>A theory that skips when the class's <see cref="RequiresAttribute"/> is not met.</summary>
[XunitTestCaseDiscoverer("Capns.Sandbox.Tests.Conformance.SandboxTheoryDiscoverer", "Capns.Sandbox.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class SandboxTheoryAttribute : TheoryAttribute;

/// <summary>Finds facts; xunit makes it by its name.</summary>
public sealed class SandboxFactDiscoverer(IMessageSink sink) : IXunitTestCaseDiscoverer
{
    private readonly FactDiscoverer _facts = new(sink);

    /// <inheritdoc />
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        SkippedTestCase.For(sink, discoveryOptions, testMethod) ?? _facts.Discover(discoveryOptions, testMethod, factAttribute);
}

/// <summary>Finds theories; xunit makes it by its name.</summary>
public sealed class SandboxTheoryDiscoverer(IMessageSink sink) : IXunitTestCaseDiscoverer
{
    private readonly TheoryDiscoverer _theories = new(sink);

    /// <inheritdoc />
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        SkippedTestCase.For(sink, discoveryOptions, testMethod) ?? _theories.Discover(discoveryOptions, testMethod, factAttribute);
}

/// <summary>A test that only prints why it does not run.</summary>
public sealed class SkippedTestCase : XunitTestCase
{
    /// <summary>For xunit, which makes it from its serialized form.</summary>
    [Obsolete("Called by xunit only.")]
    public SkippedTestCase()
    {
    }

    private SkippedTestCase(IMessageSink sink, ITestFrameworkDiscoveryOptions options, ITestMethod method)
        : base(sink, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method)
    {
    }

    /// <summary>Null when the test can run.</summary>
    internal static SkippedTestCase[]? For(IMessageSink sink, ITestFrameworkDiscoveryOptions options, ITestMethod method) =>
        Reason(method) is null ? null : [new SkippedTestCase(sink, options, method)];

    /// <inheritdoc />
    protected override string GetSkipReason(IAttributeInfo factAttribute) => Reason(TestMethod) ?? base.GetSkipReason(factAttribute);

    private static string? Reason(ITestMethod method) => RequiresAttribute.SkipReason(method.TestClass.Class.ToRuntimeType());
}
