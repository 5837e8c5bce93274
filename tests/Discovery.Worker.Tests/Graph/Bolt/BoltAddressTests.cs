using Capns.Discovery.Worker.Graph.Bolt;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

public class BoltAddressTests
{
    [Theory]
    [InlineData("bolt://graph", "graph", 7687, false, "None", "")]
    [InlineData("bolt://graph:7000/", "graph", 7000, false, "None", "")]
    [InlineData("BOLT+S://graph", "graph", 7687, false, "Trusted", "")]
    [InlineData("bolt+ssc://10.0.0.1:1", "10.0.0.1", 1, false, "Any", "")]
    [InlineData("neo4j://graph", "graph", 7687, true, "None", "")]
    [InlineData("neo4j+s://graph?region=a%20b&policy=p", "graph", 7687, true, "Trusted", "policy=p,region=a b")]
    [InlineData("neo4j+ssc://[::1]:65535", "::1", 65535, true, "Any", "")]
    public void TryParse_GoodUrl_IsTakenApart(string url, string host, int port, bool routing, string encryption, string context)
    {
        Assert.True(BoltAddress.TryParse(url, out var address, out var error));
        Assert.Null(error);
        Assert.Equal(new BoltEndpoint(host, port), address!.Endpoint);
        Assert.Equal((routing, encryption), (address.Routing, address.Encryption.ToString()));
        Assert.Equal(context, string.Join(',', address.Context.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Same(BoltAuth.None, address.Auth);
    }

    [Theory]
    [InlineData("", "must start with")]
    [InlineData("graph:7687", "must start with")]
    [InlineData("http://u:pwd@graph", "must start with")]
    [InlineData("bolt+tls://graph", "must start with")]
    [InlineData("bolt://", "host")]
    [InlineData("bolt://u:pwd@graph:0", "port")]
    [InlineData("bolt://u:pwd@graph:65536", "must start with")]
    [InlineData("bolt://u:pwd@graph/tools", "NEO4J_DATABASE")]
    [InlineData("bolt://u:pwd@graph#x", "must end")]
    [InlineData("bolt://u:pwd@graph?region=a", "only with neo4j://")]
    [InlineData("neo4j://u:pwd@graph?region", "each name once")]
    [InlineData("neo4j://u:pwd@graph?a=1&a=2", "each name once")]
    [InlineData("neo4j://u:pwd@graph?address=x", "only with")]
    public void TryParse_BadUrl_SaysWhatMustBeDifferentWithoutTheLogin(string url, string why)
    {
        Assert.False(BoltAddress.TryParse(url, out var address, out var error));
        Assert.Null(address);
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.DoesNotContain("pwd", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_LoginInTheUrl_IsDecodedAndNeverPrinted()
    {
        Assert.True(BoltAddress.TryParse("bolt://neo%40j:p%3Aw%2Fd@graph", out var address, out _));
        Assert.Equal(("neo@j", "p:w/d"), (address!.Auth.User, address.Auth.Password));
        Assert.Equal("bolt://graph:7687", address.ToString());
        Assert.Equal("basic, user neo@j", address.Auth.ToString());
    }

    [Theory]
    [InlineData("graph", "graph:7687")]
    [InlineData("graph:7000", "graph:7000")]
    [InlineData("[::1]", "[::1]:7687")]
    [InlineData("[fe80::1]:9", "[fe80::1]:9")]
    [InlineData("", null)]
    [InlineData("a b", null)]
    [InlineData("graph:0", null)]
    [InlineData("user@graph", null)]
    [InlineData("graph/x", null)]
    public void Endpoint_OfARoutingTable_IsRead(string text, string? printed)
    {
        Assert.Equal(printed is not null, BoltEndpoint.TryParse(text, out var endpoint));
        if (printed is not null)
        {
            Assert.Equal(printed, endpoint.ToString());
        }
    }

    [Theory]
    [InlineData(1, 100, null)]
    [InlineData(10_000, 600_000, null)]
    [InlineData(0, 100, "NEO4J_MAX_CONNECTIONS must be from 1 to 10000, not 0.")]
    [InlineData(10_001, 100, "NEO4J_MAX_CONNECTIONS must be from 1 to 10000, not 10001.")]
    [InlineData(1, 99, "NEO4J_CONNECTION_TIMEOUT (ms) must be from 100 to 600000, not 99.")]
    [InlineData(1, 600_001, "NEO4J_CONNECTION_TIMEOUT (ms) must be from 100 to 600000, not 600001.")]
    public void Options_AtTheirBounds_AreTakenOrNamed(int connections, int timeout, string? problem)
    {
        Assert.True(BoltAddress.TryParse("bolt://graph", out var address, out _));
        var limit = TimeSpan.FromMilliseconds(timeout);
        var options = new BoltOptions { Address = address!, MaxConnections = connections, ConnectionTimeout = limit };
        Assert.Equal(problem, options.Problems().SingleOrDefault());
        if (problem is not null)
        {
            Assert.Contains(problem, Assert.Throws<ArgumentException>(() => new BoltDriver(options)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1, 0, 1, 1024, null)]
    [InlineData(3_600_000, 3_600_000, int.MaxValue, 2_000_000_000, null)]
    [InlineData(0, 0, 1, 1024, "QueryTimeout")]
    [InlineData(3_600_001, 0, 1, 1024, "QueryTimeout")]
    [InlineData(1, -1, 1, 1024, "RetryTime")]
    [InlineData(1, 3_600_001, 1, 1024, "RetryTime")]
    [InlineData(1, 0, 0, 1024, "FetchSize")]
    [InlineData(1, 0, 1, 1023, "MaxMessageBytes")]
    public void Options_ThatNoVariableSets_HaveBoundsToo(int query, int retry, int fetch, int message, string? problem)
    {
        Assert.True(BoltAddress.TryParse("bolt://graph", out var address, out _));
        var options = new BoltOptions
        {
            Address = address!,
            QueryTimeout = TimeSpan.FromMilliseconds(query),
            WriteRetryTime = TimeSpan.FromMilliseconds(retry),
            ReadRetryTime = TimeSpan.FromMilliseconds(retry),
            FetchSize = fetch,
            MaxMessageBytes = message,
        };
        Assert.All(options.Problems(), said => Assert.Contains(problem!, said, StringComparison.Ordinal));
        Assert.Equal(problem is null, !options.Problems().Any());
    }

    [Fact]
    public void Options_HaveTheDefaultsOfTheSpecification()
    {
        Assert.True(BoltAddress.TryParse("bolt://a:b@graph", out var address, out _));
        var options = new BoltOptions { Address = address! };
        Assert.Equal((50, TimeSpan.FromMilliseconds(5000)), (options.MaxConnections, options.ConnectionTimeout));
        Assert.Equal(("", "a"), (options.Database, options.Login.User));
        Assert.Equal("x", (options with { Auth = new BoltAuth("x", "y") }).Login.User);
        Assert.Contains("NEO4J_USER", Assert.Single((options with { Auth = new BoltAuth("", "y") }).Problems()), StringComparison.Ordinal);
    }
}
