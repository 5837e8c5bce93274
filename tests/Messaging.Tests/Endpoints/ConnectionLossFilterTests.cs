using System.Reflection;
using Capns.Messaging.Endpoints;
using Capns.Testing;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace Capns.Messaging.Tests.Endpoints;

public sealed class ConnectionLossFilterTests
{
    private readonly ManualTime _clock = new();
    private readonly TaskCompletionSource _use = new();
    private bool _open = true;

    [Fact]
    public async Task Channel_ThatIsNeverToldOfItsLostConnection_IsGivenUpForAnotherOne()
    {
        var sending = SendAsync();
        _open = false;

        await TickAsync(until: () => sending.IsCompleted);

        var lost = await Assert.ThrowsAsync<ConnectionException>(() => sending);
        Assert.Contains("capns.registry.run-reports", lost.Message, StringComparison.Ordinal);
        Assert.False(_use.Task.IsCompleted);
    }

    [Fact]
    public async Task Channel_OfAnOpenConnection_StaysHoweverLong()
    {
        var sending = SendAsync();

        for (var tick = 0; tick < 100; tick++)
        {
            _clock.Advance(ConnectionLossFilter.Interval);
            await Task.Yield();
        }

        Assert.False(sending.IsCompleted);
        _use.SetResult();
        await sending;
    }

    [Fact]
    public async Task Channel_ThatEndsByItself_EndsAsItDid()
    {
        var sending = SendAsync();
        _open = false;

        _use.SetException(new InvalidOperationException("its own reason"));

        Assert.Equal("its own reason", (await Assert.ThrowsAsync<InvalidOperationException>(() => sending)).Message);
    }

    private Task SendAsync()
    {
        var connection = Fake.Of<IConnection>(_ => _open);
        var owner = Fake.Of<ConnectionContext>(_ => connection);
        var channel = Fake.Of<IChannel>(_ => ValueTask.CompletedTask);
        var context = Fake.Of<ChannelContext>(member => member == "get_ConnectionContext" ? owner : channel);
        var filter = new ConnectionLossFilter("capns.registry.run-reports", _clock, NullLogger.Instance);
        return filter.Send(context, Pipe.ExecuteAsync<ChannelContext>(_ => _use.Task));
    }

    // The filter looks after a tick has reached it, on another thread.
    private async Task TickAsync(Func<bool> until)
    {
        while (!until())
        {
            _clock.Advance(ConnectionLossFilter.Interval);
            await Task.Yield();
        }
    }

    /// <summary>An interface of many members of which a test needs one.</summary>
    public class Fake : DispatchProxy
    {
        private Func<string, object?> _answer = _ => null;

        internal static T Of<T>(Func<string, object?> answer)
            where T : class
        {
            var fake = Create<T, Fake>();
            ((Fake)(object)fake)._answer = answer;
            return fake;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!.Name);
    }
}
