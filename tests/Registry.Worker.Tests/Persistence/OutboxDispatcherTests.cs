using System.Threading.Channels;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Capns.Registry.Worker.Tests.Persistence;

public sealed class OutboxDispatcherTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);

    [Fact]
    public async Task UnforeseenException_FallsBehindAndTheLaneGoesOn()
    {
        var publisher = new FailsOnce();
        // Nothing is confirmed or released here, so the store is never connected.
        await using var store = new OutboxStore("Host=localhost", TimeProvider.System, OutboxSettings.Default);
        using var dispatcher = new OutboxDispatcher(publisher, store, OutboxSettings.Default, NullLogger<OutboxDispatcher>.Instance);
        await dispatcher.StartAsync(default);

        await dispatcher.EnqueueAsync([Row()]);
        await publisher.NextAsync();
        await Eventually.TrueAsync(() => Task.FromResult(dispatcher.Lease == TimeSpan.Zero), "falling behind");
        dispatcher.CaughtUp();
        var second = Row();
        await dispatcher.EnqueueAsync([second]);

        Assert.Equal(second.Id, Assert.Single(await publisher.NextAsync()).Id);
        Assert.Equal(OutboxSettings.Default.Lease, dispatcher.Lease);
        await dispatcher.StopAsync(default);
    }

    // One ordering key, so one lane.
    private static OutboxRow Row() => OutboxRow.From(
        new OutboundMessage
        {
            Id = Guid.CreateVersion7(),
            Exchange = "",
            RoutingKey = "q",
            Body = new byte[] { 1 },
            ContentType = "text/plain",
            Type = "t",
            Timestamp = Now,
        },
        "key", 0, Now, TimeSpan.FromSeconds(15));

    private sealed class FailsOnce : IMessagePublisher
    {
        private readonly Channel<IReadOnlyList<OutboundMessage>> _batches = Channel.CreateUnbounded<IReadOnlyList<OutboundMessage>>();
        private int _calls;

        public Task PublishAsync(OutboundMessage message, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<PublishReport> PublishAsync(IReadOnlyList<OutboundMessage> messages, CancellationToken cancellationToken = default)
        {
            _batches.Writer.TryWrite(messages);
            return Interlocked.Increment(ref _calls) == 1
                ? throw new InvalidOperationException("unforeseen")
                : Task.FromResult(new PublishReport([], [], null));
        }

        public Task<IReadOnlyList<OutboundMessage>> NextAsync() => _batches.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }
}
