using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

/// <summary>A test that exists only where the environment names a real Neo4j: elsewhere it is neither run nor counted as skipped.</summary>
/// <remarks>
/// <c>CAPNS_TEST_NEO4J</c>: a URL with login, for example <c>bolt://neo4j:secret@127.0.0.1:7687</c>. <c>CAPNS_TEST_NEO4J_TLS</c>: the same
/// server with <c>bolt+ssc://</c>; <c>CAPNS_TEST_NEO4J_ROOT</c>: a PEM file with the root that signed its certificate.
/// <c>CAPNS_TEST_NEO4J_RESTART</c>: a shell command that restarts the server and returns when it has been started.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Capns.Discovery.Worker.Tests.Graph.Bolt.Neo4jFactDiscoverer", "Capns.Discovery.Worker.Tests")]
public sealed class Neo4jFactAttribute : FactAttribute
{
    /// <summary>A variable that must be set, too.</summary>
    public string Needs { get; set; } = "CAPNS_TEST_NEO4J";
}

/// <summary>Finds the tests of <see cref="Neo4jFactAttribute"/> whose server is named.</summary>
public sealed class Neo4jFactDiscoverer(IMessageSink messages) : IXunitTestCaseDiscoverer
{
    private readonly FactDiscoverer _facts = new(messages);

    /// <inheritdoc/>
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        IsSet("CAPNS_TEST_NEO4J") && IsSet(factAttribute.GetNamedArgument<string>(nameof(Neo4jFactAttribute.Needs)))
            ? _facts.Discover(discoveryOptions, testMethod, factAttribute)
            : [];

    private static bool IsSet(string variable) => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable));
}
