using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

/// <summary>The tests that share the one database of the real Neo4j, if there is one: they run one after the other.</summary>
[CollectionDefinition(Name)]
public static class Neo4jServer
{
    public const string Name = "Neo4j";
}
