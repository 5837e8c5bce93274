using System.Text;
using Capns.Messaging.Inbound;
using FsCheck;
using FsCheck.Fluent;

namespace Capns.Messaging.Tests.Inbound;

public sealed class InboundBodyPropertyTests
{
    private static readonly InboundQueue Queue = InboundBodyTests.QueueOf(new BusSettings { RabbitMqUrl = new Uri("amqp://h"), LegacyEventAliases = true });

    private static readonly string?[] ContentTypes =
    [
        null, "", "application/json", "application/cloudevents+json", "application/vnd.masstransit+json", "application/cloudevents-batch+json", ";;;",
    ];

    private static readonly byte[][] Documents =
    [
        .. InboundBodyTests.Readable.Select(row => Encoding.UTF8.GetBytes((string)row[0])),
        """{"messageId":"1","requestId":"r","correlationId":"c","sourceAddress":"rabbitmq://h/s","responseAddress":"rabbitmq://h/%zz","messageType":["urn:message:tool.execution.requested"],"message":{"requestId":"r"},"headers":{"authorization":"Bearer x","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}"""u8.ToArray(),
        """{"specversion":"1.0","id":"1","type":"tool.execution.requested","metadata":{"replyTo":"q"},"correlationid":"\ud83d\ude00","data":{"responseEventType":"tool.execution.requested.response.1"}}"""u8.ToArray(),
    ];

    [Fact]
    public void RandomBytes_AreAnEventOrHaveAReason()
    {
        Prop.ForAll<byte[], int>((body, pick) => Check(body ?? [], pick)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void DamagedDocuments_AreAnEventOrHaveAReason()
    {
        Prop.ForAll<int, int[]>((pick, damage) =>
        {
            var body = Documents[(int)((uint)pick % Documents.Length)].ToArray();
            foreach (var (place, index) in (damage ?? []).Select((value, index) => ((uint)value, index)))
            {
                // Alternately an odd byte and one that means something in JSON.
                body[place % body.Length] = index % 2 == 0 ? (byte)place : "{}[]\",:\\u0"u8[(int)(place % 10)];
            }

            return Check(body, pick);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact]
    public void CutDocuments_AreAnEventOrHaveAReason()
    {
        foreach (var document in Documents)
        {
            for (var length = 0; length <= document.Length; length++)
            {
                Assert.True(Check(document.AsMemory(0, length), length));
            }
        }
    }

    // Exactly one of the three, and whatever was read can be read to its last character.
    private static bool Check(ReadOnlyMemory<byte> body, int pick)
    {
        var contentType = ContentTypes[(int)((uint)pick % ContentTypes.Length)];
        var reading = InboundBody.Read(new InboundDelivery { Body = body, ContentType = contentType, ReplyTo = "q", Redelivered = pick % 2 == 0 }, Queue);
        if (reading.Event is { } inbound)
        {
            _ = System.Text.Json.JsonSerializer.Serialize(inbound);
            return reading.Unreadable is null && inbound.Payload.ValueKind == System.Text.Json.JsonValueKind.Object && inbound.Source.Length > 0;
        }

        return reading.IsOwn || reading.Unreadable is { Detail.Length: > 0 and <= 500, Reason: not UnreadableReason.Unknown };
    }
}
