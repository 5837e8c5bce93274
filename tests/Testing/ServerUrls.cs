using System.Net.Sockets;

namespace Capns.Testing;

/// <summary>The servers that tests use: those named in the environment, else this machine's default ones where they answer.</summary>
public static class ServerUrls
{
    private static readonly Lazy<string?> MissingOnce = new(() => FindMissing(All()));

    private static readonly Lazy<string?> GraphMissingOnce = new(() => FindMissing(OfTheGraph()));

    /// <summary>AMQP address with login, without virtual host. <c>RABBITMQ_URL</c>.</summary>
    public static Uri RabbitMq { get; } = Read("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672");

    /// <summary>HTTP address of the broker's management API. <c>RABBITMQ_MANAGEMENT_URL</c>, else the broker's host at port 15672.</summary>
    public static Uri RabbitMqManagement { get; } = Read("RABBITMQ_MANAGEMENT_URL", $"http://{RabbitMq.Host}:15672");

    /// <summary>A login that may create databases. <c>POSTGRESQL_URL</c>.</summary>
    public static Uri PostgreSql { get; } = Read("POSTGRESQL_URL", "postgresql://capns:capns@127.0.0.1:5432/postgres");

    /// <summary><c>REDIS_URL</c>.</summary>
    public static Uri Redis { get; } = Read("REDIS_URL", "redis://127.0.0.1:6379");

    /// <summary>The graph server, with the name of a graph; tests take graphs of their own. <c>FALKORDB_URL</c>.</summary>
    public static Uri FalkorDb { get; } = Read("FALKORDB_URL", "redis://127.0.0.1:6380/capns");

    /// <summary>A Neo4j with login that tests may empty; null when there is none. <c>CAPNS_TEST_NEO4J</c>.</summary>
    public static string? Neo4j { get; } = Environment.GetEnvironmentVariable("CAPNS_TEST_NEO4J") is { Length: > 0 } url ? url : null;

    /// <summary>True when a missing server must fail the tests instead of skipping them (<c>CAPNS_REQUIRE_SERVERS=1</c>).</summary>
    public static bool Required => Environment.GetEnvironmentVariable("CAPNS_REQUIRE_SERVERS") == "1";

    /// <summary>One sentence about the servers that do not answer; null when all do. Probed once per process.</summary>
    public static string? Missing => MissingOnce.Value;

    /// <summary>The same for tests of the graph, which need PostgreSQL and FalkorDB.</summary>
    public static string? GraphMissing => GraphMissingOnce.Value;

    private static (string Variable, Uri Url)[] All() =>
        [("RABBITMQ_URL", RabbitMq), ("RABBITMQ_MANAGEMENT_URL", RabbitMqManagement), ("POSTGRESQL_URL", PostgreSql), ("REDIS_URL", Redis)];

    private static (string Variable, Uri Url)[] OfTheGraph() => [("POSTGRESQL_URL", PostgreSql), ("FALKORDB_URL", FalkorDb)];

    private static string? FindMissing((string Variable, Uri Url)[] servers)
    {
        var silent = servers
            .Where(server => !Answers(server.Url))
            .Select(server => $"{server.Variable} ({server.Url.Host}:{server.Url.Port})")
            .ToList();
        return silent.Count == 0 ? null : $"No server answers at {string.Join(", ", silent)}; infra/test starts them.";
    }

    private static bool Answers(Uri url)
    {
        try
        {
            using var client = new TcpClient();
            return client.ConnectAsync(url.Host, url.Port).Wait(TimeSpan.FromSeconds(2));
        }
        catch (AggregateException)
        {
            return false;
        }
    }

    private static Uri Read(string variable, string otherwise)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        var url = new Uri(string.IsNullOrWhiteSpace(value) ? otherwise : value);
        return url.Port > 0 ? url : new UriBuilder(url) { Port = DefaultPort(url.Scheme) }.Uri;
    }

    private static int DefaultPort(string scheme) => scheme switch
    {
        "amqp" => 5672,
        "amqps" => 5671,
        "postgres" or "postgresql" => 5432,
        "redis" => 6379,
        _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "The URL needs a port."),
    };
}
