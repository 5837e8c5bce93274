using Capns.Testing;

namespace Capns.Messaging.Tests;

/// <summary>One virtual host for the tests of a class; none where no broker answers.</summary>
public sealed class OwnBroker : IAsyncLifetime
{
    private TestBroker? _broker;

    public TestBroker Broker => _broker ?? throw new InvalidOperationException(ServerUrls.Missing ?? "There is no broker.");

    public BusSettings Settings => new() { RabbitMqUrl = Broker.Url };

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is null || ServerUrls.Required)
        {
            _broker = await TestBroker.CreateAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }
}
