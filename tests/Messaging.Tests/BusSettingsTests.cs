namespace Capns.Messaging.Tests;

public sealed class BusSettingsTests
{
    [Theory]
    [InlineData("amqp://u:p%40ss@host/v%2Fh", "u", "p@ss", "v/h")]
    [InlineData("amqp://host", "guest", "guest", "/")]
    [InlineData("amqp://host/", "guest", "guest", "/")]
    [InlineData("amqps://u:a:b@host:5671/x", "u", "a:b", "x")]
    public void Url_IsTakenApart(string url, string user, string password, string virtualHost)
    {
        var settings = new BusSettings { RabbitMqUrl = new Uri(url) };

        Assert.Equal((user, password, virtualHost), (settings.User, settings.Password, settings.VirtualHost));
    }

    [Theory]
    [InlineData("*", "capns.registry.run-reports", true)]
    [InlineData("capns.registry.*", "capns.registry.run-reports", true)]
    [InlineData("capns.registry.*", "capns.runner.default.low", false)]
    [InlineData("capns.registry.run-reports", "capns.registry.run-reports", true)]
    [InlineData("capns.registry.run-reports", "capns.registry.run-reports2", false)]
    [InlineData("capns.?unner.default.low", "capns.runner.default.low", false)]
    public void Consumes_ComparesWithPatterns(string pattern, string queue, bool consumes)
    {
        Assert.Equal(consumes, new BusSettings { RabbitMqUrl = new Uri("amqp://h"), ConsumeQueues = [pattern] }.Consumes(queue));
    }

    [Fact]
    public void PlatformUser_ByDefault_IsTheOwnLogin()
    {
        var settings = new BusSettings { RabbitMqUrl = new Uri("amqp://capns:x@h") };

        Assert.True(settings.IsPlatformUser("capns"));
        Assert.False(settings.IsPlatformUser("guest"));
        Assert.False(settings.IsPlatformUser(null));
        Assert.True((settings with { PlatformUsers = ["guest"] }).IsPlatformUser("guest"));
    }
}
