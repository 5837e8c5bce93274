using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Capns.Access;
using Capns.Access.Messages;
using Capns.Contracts;
using Capns.Contracts.Discovery;
using Capns.Contracts.Executions;
using Capns.Contracts.Graph;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using Capns.Messaging.Topology;
using Capns.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Registry.Worker.Tests.Discovery;

/// <summary>Stands for discovery: hears what the registry sends, and answers as a test says.</summary>
internal sealed class ScriptedDiscovery(TestBroker broker, ReplyMessages replies, IMessagePublisher publisher)
{
    private IChannel? _channel;

    /// <summary>What was heard, in order.</summary>
    public ConcurrentQueue<Heard> Heard { get; } = new();

    /// <summary>Feedback, in the order in which it came.</summary>
    public Channel<Heard> Feedback { get; } = Channel.CreateUnbounded<Heard>();

    /// <summary>What to say to a message. Default: what goes well.</summary>
    public Func<Heard, Task> Script { get; set; } = _ => Task.CompletedTask;

    public async Task StartAsync()
    {
        _channel = await broker.OpenChannelAsync();
        Script = SucceedAsync;
        foreach (var queue in new[] { QueueNames.DiscoveryRequests, QueueNames.DiscoveryCommands })
        {
            var consumer = new AsyncEventingBasicConsumer(_channel);
            consumer.ReceivedAsync += async (_, delivery) =>
            {
                var heard = Discovery.Heard.Of(queue, delivery);
                Heard.Enqueue(heard);
                await Script(heard);
            };
            await _channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        }

        var learner = new AsyncEventingBasicConsumer(_channel);
        learner.ReceivedAsync += async (_, delivery) => await Feedback.Writer.WriteAsync(Discovery.Heard.Of(QueueNames.DiscoveryLearning, delivery));
        await _channel.BasicConsumeAsync(QueueNames.DiscoveryLearning, autoAck: true, learner);
    }

    /// <summary>One tool for a question, and success for a command.</summary>
    public Task SucceedAsync(Heard heard) => heard.Type switch
    {
        EventNames.DiscoveryRequested => AnswerAsync(heard, Recommendations((string?)heard.Data["mode"] ?? "recommend", "found")),
        "capns.graph.relation.put" => AnswerAsync(heard, new GraphCommandDone { CommandId = (Guid)heard.Data["commandId"]!, Outcome = GraphCommandOutcome.Stored }),
        "capns.graph.relation.remove" => AnswerAsync(heard, new GraphCommandDone { CommandId = (Guid)heard.Data["commandId"]!, Outcome = GraphCommandOutcome.Removed }),
        _ => AnswerAsync(heard, new GraphCommandDone { CommandId = (Guid)heard.Data["jobId"]!, Outcome = GraphCommandOutcome.Started }),
    };

    public Task AnswerAsync<T>(Heard heard, T payload)
        where T : class => publisher.PublishAsync(replies.Success(Target(heard), payload));

    public Task RefuseAsync(Heard heard, string code, string message, JsonNode? details = null)
    {
        var error = new ErrorDetail
        {
            Type = ErrorType.Validation,
            Code = code,
            Message = message,
            Recoverable = false,
            Details = details is null ? null : JsonSerializer.SerializeToElement(details),
        };
        return publisher.PublishAsync(replies.Refusal(Target(heard), new ToolRequestRefused { Request = heard.Type, Error = error }, error, executionId: null));
    }

    /// <summary>Says any bytes.</summary>
    public async Task SayAsync(Heard heard, string body)
    {
        await using var channel = await broker.OpenChannelAsync();
        await channel.BasicPublishAsync("", heard.ReplyTo, mandatory: true, new BasicProperties { CorrelationId = heard.CorrelationId }, Encoding.UTF8.GetBytes(body));
    }

    /// <summary>An answer with one tool of this name.</summary>
    public static ToolRecommendationUpdated Recommendations(string mode, params string[] names) => new()
    {
        Trigger = "discovery",
        Mode = mode,
        GeneratedAt = new DateTimeOffset(2026, 3, 2, 9, 20, 0, TimeSpan.Zero),
        GraphEpoch = 41,
        Degraded = true,
        Recommendations =
        [
            .. names.Select(name => new ToolRecommendation
            {
                ToolId = "0c2b7a9e-55f1-4d0a-9f43-8e7d6c5b4a39", Name = name, Version = "1.0.0", Category = "analysis", SecurityLevel = SecurityLevel.Safe,
                RequiresApproval = false, Score = 0.5, Confidence = 0.25, Reason = "It fits.", Status = "ok", Depth = 1,
                Relationships = [new ToolRelationship { Type = "REQUIRES", ToolId = "a4d7c6b2-1f0e-4b83-8c7d-3e2f1a0b9c8d", Strength = 1 }],
            }),
        ],
    };

    private static ReplyTarget Target(Heard heard) =>
        new() { Exchange = "", RoutingKey = heard.ReplyTo, Format = BodyFormat.CloudEventStructured, CorrelationId = heard.CorrelationId };
}

/// <summary>A message of the registry.</summary>
/// <param name="Queue">Where it came.</param>
/// <param name="Type">Its name.</param>
/// <param name="Document">The whole document.</param>
/// <param name="CorrelationId">AMQP property.</param>
/// <param name="ReplyTo">AMQP property.</param>
/// <param name="User">AMQP property.</param>
/// <param name="Caller">Kind and id of who asks, from the header.</param>
internal sealed record Heard(string Queue, string Type, JsonNode Document, string CorrelationId, string ReplyTo, string? User, string? Caller)
{
    public JsonObject Data => Document["data"]!.AsObject();

    public static Heard Of(string queue, BasicDeliverEventArgs delivery) => new(
        queue, delivery.BasicProperties.Type ?? "", JsonNode.Parse(delivery.Body.Span)!, delivery.BasicProperties.CorrelationId ?? "", delivery.BasicProperties.ReplyTo ?? "",
        delivery.BasicProperties.UserId,
        delivery.BasicProperties.Headers?.TryGetValue(ForwardedCaller.Header, out var value) == true && value is byte[] bytes
            && CallerHeader.Read(Encoding.UTF8.GetString(bytes)) is { } caller ? $"{CallerKinds.Word(caller.Kind)} {caller.Id}" : null);
}
