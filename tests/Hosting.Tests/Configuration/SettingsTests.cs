using System.Data.Common;
using Capns.Hosting.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Capns.Hosting.Tests.Configuration;

/// <summary>Defaults and bounds of platform spec 10.4, as far as this package reads them.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("registry", 3003)]
    [InlineData("runner", 3103)]
    [InlineData("discovery", 3203)]
    public void Service_NothingSet_HasTheDefaults(string worker, int port)
    {
        var settings = ServiceSettings.Read(Variables.Of(), worker);
        Assert.Equal(("capability-registry", "127.0.0.1", port, LogLevel.Information), (settings.Name, settings.Host, settings.Port, settings.LogLevel));
        Assert.True(settings.MetricsEnabled);
        Assert.Null(settings.MetricsPort);
        Assert.Null(settings.TraceEndpoint);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.ShutdownDrain);
        Assert.NotEqual(settings.InstanceId, ServiceSettings.Read(Variables.Of(), worker).InstanceId);
    }

    [Theory]
    [InlineData("PORT", "65536")]
    [InlineData("PORT", "-1")]
    [InlineData("METRICS_PORT", "0")]
    [InlineData("LOG_LEVEL", "loud")]
    [InlineData("METRICS_ENABLED", "perhaps")]
    [InlineData("SHUTDOWN_DRAIN_MS", "11m")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")]
    public void Service_BadValue_IsRefusedNamingTheVariable(string variable, string value) =>
        Assert.StartsWith($"{variable}={value}", Assert.Throws<SettingException>(
            () => ServiceSettings.Read(Variables.Of((variable, value)), "registry")).Message, StringComparison.Ordinal);

    [Fact]
    public void EnvironmentName_BothSet_AspNetCoreWins()
    {
        Assert.Equal("Production", ServiceSettings.EnvironmentName(Variables.Of()));
        Assert.Equal("Development", ServiceSettings.EnvironmentName(Variables.Of(("NODE_ENV", "development"))));
        Assert.Equal("Staging", ServiceSettings.EnvironmentName(Variables.Of(("NODE_ENV", "development"), ("ASPNETCORE_ENVIRONMENT", "Staging"))));
    }

    [Fact]
    public void RabbitMq_OnlyTheUrl_HasTheDefaults()
    {
        var settings = RabbitMqSettings.Read(Variables.Of(("RABBITMQ_URL", "amqp://me:secret@host:5672/vhost")));
        Assert.Equal(["me"], settings.Users);
        Assert.Equal(("events", "rpc", "events.dlx", false), (settings.EventsExchange, settings.RpcExchange, settings.DlxExchange, settings.LegacyEventAliases));
        Assert.Equal(["*"], settings.ConsumeQueues);
        Assert.Empty(settings.QueueSettings);
    }

    [Fact]
    public void RabbitMq_UrlAbsent_IsRefused() =>
        Assert.StartsWith("RABBITMQ_URL is not set", Assert.Throws<SettingException>(() => RabbitMqSettings.Read(Variables.Of())).Message, StringComparison.Ordinal);

    [Fact]
    public void RabbitMq_QueuesChosenAndTuned_AreReadPerQueue()
    {
        var settings = RabbitMqSettings.Read(Variables.Of(
            ("RABBITMQ_URL", "amqp://host"),
            ("CONSUME_QUEUES", "capns.runner.*.high, capns.registry.run-reports"),
            ("QUEUE_SETTINGS", """{"q": {"prefetch": 65535, "concurrency": 1}, "r": {}}""")));
        Assert.Equal(["capns.runner.*.high", "capns.registry.run-reports"], settings.ConsumeQueues);
        Assert.Equal(new QueueSetting(65535, 1), settings.QueueSettings["q"]);
        Assert.Equal(new QueueSetting(null, null), settings.QueueSettings["r"]);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"q": 1}""")]
    [InlineData("""{"q": {"prefetch": 0}}""")]
    [InlineData("""{"q": {"prefetch": 65536}}""")]
    [InlineData("""{"q": {"concurrency": 1001}}""")]
    [InlineData("""{"q": {"prefetch": "9"}}""")]
    [InlineData("""{"q": {"prefetsch": 9}}""")]
    public void RabbitMq_BadQueueSettings_AreRefused(string json) =>
        Assert.Contains("QUEUE_SETTINGS", Assert.Throws<SettingException>(
            () => RabbitMqSettings.Read(Variables.Of(("RABBITMQ_URL", "amqp://host"), ("QUEUE_SETTINGS", json)))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("postgresql://u:p%40ss@db:6543/capns?sslmode=require", "db:6543/capns")]
    [InlineData("postgres://u@db/capns", "db:5432/capns")]
    [InlineData("postgresql://u@db", "db:5432/u")]
    public void Postgres_UrlForms_AreUnderstood(string url, string address) =>
        Assert.Equal(address, PostgresSettings.Read(Variables.Of(("POSTGRES_URL", url))).Address);

    [Fact]
    public void Postgres_UrlWithEscapes_IsUnescapedForNpgsql()
    {
        var target = new DbConnectionStringBuilder
        {
            ConnectionString = PostgresSettings.Read(Variables.Of(("POSTGRESQL_URL", "postgresql://u:p%40s;s@db/capns?sslmode=verify-full"))).ConnectionString,
        };
        Assert.Equal("p@s;s", target["Password"]);
        Assert.Equal("verifyfull", target["SSL Mode"]);
    }

    [Fact]
    public void Postgres_UrlAndPartsDiffer_UrlIsUsedAndTheConflictIsNamedWithoutPasswords()
    {
        var settings = PostgresSettings.Read(Variables.Of(
            ("POSTGRESQL_URL", "postgresql://u:p@one/capns"),
            ("POSTGRES_URL", "postgresql://u:p@one/capns"),
            ("PG_HOST", "two"),
            ("PG_PASSWORD", "hidden")));
        Assert.Equal("one:5432/capns", settings.Address);
        var conflict = Assert.Single(settings.Conflicts);
        Assert.Equal("PG_HOST (two:5432/capns) differs from POSTGRESQL_URL (one:5432/capns), which is used.", conflict);
    }

    [Theory]
    [InlineData("postgresql://u@db/capns?sslmode=maybe")]
    [InlineData("postgresql://u@db/capns?connect_timeout=1025")]
    [InlineData("postgresql://u@db/capns?options=x")]
    [InlineData("mysql://u@db/capns")]
    public void Postgres_BadUrl_IsRefused(string url) =>
        Assert.Contains("POSTGRESQL_URL", Assert.Throws<SettingException>(
            () => PostgresSettings.Read(Variables.Of(("POSTGRESQL_URL", url)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Redis_Absent_IsOff() => Assert.False(RedisSettings.Read(Variables.Of()).IsEnabled);

    [Fact]
    public void Redis_FullUrl_IsUnderstood() => Assert.Equal(
        new RedisSettings { Host = "cache", Port = 6380, Password = "a b", Database = 15, Tls = true },
        RedisSettings.Read(Variables.Of(("REDIS_URL", "rediss://:a%20b@cache:6380/15"))));

    [Theory]
    [InlineData("redis://cache/16")]
    [InlineData("redis://cache/x")]
    [InlineData("redis://somebody:p@cache")]
    [InlineData("cache:6379")]
    public void Redis_BadUrl_IsRefused(string url) =>
        Assert.Contains("REDIS_URL", Assert.Throws<SettingException>(() => RedisSettings.Read(Variables.Of(("REDIS_URL", url)))).Message, StringComparison.Ordinal);
}
