using Capns.Discovery.Worker.Graph;
using Capns.Hosting.Configuration;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph;

public sealed class GraphSettingsTests
{
    [Fact]
    public void Read_Nothing_IsOff()
    {
        var settings = Read();
        Assert.False(settings.IsEnabled);
        Assert.Empty(settings.Conflicts);
    }

    [Fact]
    public void Read_Neo4jAlone_HasTheDefaults()
    {
        var neo4j = Read(("NEO4J_URI", "bolt://neo4j:s%40cret@graph")).Neo4j!;
        Assert.Equal(("graph", 7687), (neo4j.Address.Endpoint.Host, neo4j.Address.Endpoint.Port));
        Assert.Equal(("neo4j", "s@cret"), (neo4j.Login.User, neo4j.Login.Password));
        Assert.Equal((50, TimeSpan.FromSeconds(5), ""), (neo4j.MaxConnections, neo4j.ConnectionTimeout, neo4j.Database));
    }

    [Fact]
    public void Read_EverythingOfNeo4j_IsTaken()
    {
        var neo4j = Read(
            ("NEO4J_URL", "neo4j+s://graph:7000"), ("NEO4J_USER", "u"), ("NEO4J_PASSWORD", "p"), ("NEO4J_DATABASE", "d"),
            ("NEO4J_MAX_CONNECTIONS", "10000"), ("NEO4J_CONNECTION_TIMEOUT", "100")).Neo4j!;
        Assert.Equal(("u", "p", "d"), (neo4j.Login.User, neo4j.Login.Password, neo4j.Database));
        Assert.Equal((10_000, TimeSpan.FromMilliseconds(100)), (neo4j.MaxConnections, neo4j.ConnectionTimeout));
    }

    [Theory]
    [InlineData("redis://:p%3A1@graph:7000/capns-1", "graph", 7000, "p:1", "capns-1", false)]
    [InlineData("rediss://default:p@graph/x", "graph", 6379, "p", "x", true)]
    [InlineData("redis://graph/x", "graph", 6379, null, "x", false)]
    public void Read_Falkor_IsTaken(string url, string host, int port, string? password, string graph, bool tls)
    {
        var falkor = Read(("FALKORDB_URL", url)).Falkor!;
        Assert.Equal((host, port, password, graph, tls), (falkor.Host, falkor.Port, falkor.Password, falkor.Graph, falkor.Tls));
    }

    [Fact]
    public void Read_Both_TakesNeo4jAndSaysSoWithoutPasswords()
    {
        var settings = Read(("FALKORDB_URL", "redis://:secret@falkor/x"), ("NEO4J_URL", "bolt://u:secret@neo"), ("NEO4J_URI", "bolt://u:secret@other"));
        Assert.NotNull(settings.Neo4j);
        Assert.Null(settings.Falkor);
        Assert.Equal(2, settings.Conflicts.Count);
        Assert.All(settings.Conflicts, conflict => Assert.DoesNotContain("secret", conflict, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", $"{settings}", StringComparison.Ordinal);
        Assert.DoesNotContain("secret", $"{Read(("FALKORDB_URL", "redis://:secret@falkor/x"))}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NEO4J_URL", "http://graph")]
    [InlineData("NEO4J_MAX_CONNECTIONS", "0", "NEO4J_URL", "bolt://g")]
    [InlineData("NEO4J_MAX_CONNECTIONS", "10001", "NEO4J_URL", "bolt://g")]
    [InlineData("NEO4J_CONNECTION_TIMEOUT", "99")]
    [InlineData("NEO4J_CONNECTION_TIMEOUT", "600001")]
    [InlineData("NEO4J_PASSWORD", "p", "NEO4J_URL", "bolt://g")]
    [InlineData("FALKORDB_URL", "redis://graph")]
    [InlineData("FALKORDB_URL", "redis://graph/a:b")]
    [InlineData("FALKORDB_URL", "bolt://graph/x")]
    [InlineData("FALKORDB_URL", "redis://somebody:p@graph/x")]
    [InlineData("FALKORDB_URL", "redis://secret@graph/x")]
    public void Read_BadValue_IsRefusedByName(string variable, string value, string? other = null, string? otherValue = null)
    {
        var error = Assert.Throws<SettingException>(() => other is null ? Read((variable, value)) : Read((variable, value), (other, otherValue!)));
        Assert.Contains(variable, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private static GraphSettings Read(params (string Name, string Value)[] variables) =>
        GraphSettings.Read(new EnvironmentReader(variables.ToDictionary(pair => pair.Name, pair => pair.Value).GetValueOrDefault));
}
