using Microsoft.Extensions.Logging;

namespace Capns.Messaging;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Connected to RabbitMQ at {Host}, virtual host {VirtualHost}; topology declared")]
    public static partial void Connected(ILogger log, string host, string virtualHost);

    [LoggerMessage(101, LogLevel.Warning, "RabbitMQ at {Host} does not answer, next try in {PauseMs} ms: {Reason}")]
    public static partial void BrokerAway(ILogger log, string host, double pauseMs, string reason);

    [LoggerMessage(102, LogLevel.Critical, "The broker holds {Entity} with other arguments than the platform's; delete or rename it. Stopping")]
    public static partial void TopologyConflict(ILogger log, string entity, Exception exception);

    [LoggerMessage(103, LogLevel.Warning, "Message {MessageId} to {Exchange} was not confirmed ({Count} in all), trying again: {Reason}")]
    public static partial void NotConfirmed(ILogger log, string? messageId, string exchange, int count, string reason);

    [LoggerMessage(104, LogLevel.Debug, "Message {MessageId} to {Exchange} with key {RoutingKey} has no queue to go to")]
    public static partial void Unroutable(ILogger log, string? messageId, string exchange, string routingKey);

    [LoggerMessage(105, LogLevel.Information, "Reply {MessageId} dropped: its target {Exchange} no longer exists")]
    public static partial void ReplyDropped(ILogger log, string? messageId, string exchange);

    [LoggerMessage(106, LogLevel.Warning, "A message on {Queue} can never be handled ({Reason}: {Detail}); dead-lettered")]
    public static partial void DeadLettered(ILogger log, string queue, string reason, string detail);

    [LoggerMessage(107, LogLevel.Debug, "Own event dropped on {Queue}")]
    public static partial void OwnEventDropped(ILogger log, string queue);

    [LoggerMessage(108, LogLevel.Critical, "Queue {Queue} is not being consumed although the bus says it is: {Finding}. Ending the process so that it is restarted")]
    public static partial void EndpointDead(ILogger log, string queue, string finding);

    [LoggerMessage(109, LogLevel.Warning, "Queue {Queue} looks unconsumed ({Finding}), check {Check} of {Checks}")]
    public static partial void EndpointSuspicious(ILogger log, string queue, string finding, int check, int checks);

    [LoggerMessage(110, LogLevel.Warning, "The consumption of the queues could not be checked: {Reason}")]
    public static partial void CheckFailed(ILogger log, string reason);

    [LoggerMessage(111, LogLevel.Warning, "Answers on {Queue} are not heard for a moment: {Reason}")]
    public static partial void RepliesInterrupted(ILogger log, string queue, string reason);

    [LoggerMessage(112, LogLevel.Warning, "The channel of {Queue} outlived its connection; opening another one")]
    public static partial void ChannelGivenUp(ILogger log, string queue);

    [LoggerMessage(113, LogLevel.Debug, "The channel of {Queue} that was given up has ended: {Reason}")]
    public static partial void ChannelLeft(ILogger log, string queue, string reason);
}
