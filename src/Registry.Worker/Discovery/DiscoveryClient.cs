using System.Globalization;
using System.Text.Json;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using Capns.Registry.Worker.Api;

namespace Capns.Registry.Worker.Discovery;

/// <summary>Asks discovery over the bus, with a limit of time; what goes wrong is told as a problem. Thread-safe.</summary>
/// <remarks>A question changes nothing, and a command may be given twice: who gets 503 can simply try again.</remarks>
internal sealed partial class DiscoveryClient(RequestClient requests, DiscoveryMessages messages, DiscoveryOptions options, ILogger<DiscoveryClient> logger)
{
    /// <summary>Asks a question of platform spec 3.20.</summary>
    /// <typeparam name="T">What the answer is read as.</typeparam>
    /// <param name="request">The payload.</param>
    /// <param name="caller">Whose rights count.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<DiscoveryReply<T>> AskAsync<T>(object request, Caller caller, CancellationToken cancellationToken)
        where T : class => SendAsync<T>(messages.Question(request, caller, NewId()), "", cancellationToken);

    /// <summary>Gives a command about the graph.</summary>
    /// <inheritdoc cref="AskAsync{T}"/>
    public Task<DiscoveryReply<T>> CommandAsync<TCommand, T>(TCommand command, Caller caller, CancellationToken cancellationToken)
        where TCommand : class
        where T : class => SendAsync<T>(
            messages.Command(command, caller, NewId()), " What was ordered may still be done; to order it again does no harm.", cancellationToken);

    private static string NewId() => Guid.CreateVersion7().ToString();

    private async Task<DiscoveryReply<T>> SendAsync<T>(OutboundMessage message, string moreWhenAway, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return Read<T>(await requests.AskAsync(message, options.Timeout, cancellationToken));
        }
        catch (Exception exception) when (exception is TimeoutException or MessageNotConfirmedException)
        {
            LogAway(message.Type, message.CorrelationId!, exception.Message);
            return new DiscoveryReply<T>(null, Away(options.Timeout, moreWhenAway));
        }
        catch (InvalidDataException exception)
        {
            LogUnreadable(message.Type, message.CorrelationId!, exception.Message);
            return new DiscoveryReply<T>(null, Unreadable());
        }
    }

    private DiscoveryReply<T> Read<T>(JsonElement answer)
        where T : class
    {
        if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out var error))
        {
            return new DiscoveryReply<T>(null, Refusal(error));
        }

        try
        {
            if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("data", out var data) && data.Deserialize<T>(WireJson.Options) is { } read)
            {
                return new DiscoveryReply<T>(read, null);
            }

            LogUnreadable(typeof(T).Name, "", "there is no member data");
        }
        catch (JsonException exception)
        {
            LogUnreadable(typeof(T).Name, "", exception.Message);
        }

        return new DiscoveryReply<T>(null, Unreadable());
    }

    /// <summary>The refusal as a problem, with its own code, text and details (platform spec 3.8, rule 2).</summary>
    private static ProblemResult Refusal(JsonElement error)
    {
        var code = Text(error, "code") is { } word && ErrorCodes.All.TryGetValue(word, out var known) && known.HttpStatus > 0 ? known : ErrorCodes.InternalError;
        var details = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("details", out var given) && given.ValueKind == JsonValueKind.Object
            ? given
            : (JsonElement?)null;
        var problem = new ProblemResult(code, Text(error, "message") ?? "Discovery has refused it without saying why.", details: details);
        return code.HttpStatus == StatusCodes.Status503ServiceUnavailable
            ? new ProblemResult(code, problem.Detail, details: details) { Header = ("Retry-After", "2") }
            : problem;
    }

    private static string? Text(JsonElement error, string member) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static ProblemResult Away(TimeSpan limit, string more) => new(
        ErrorCodes.ServiceUnavailable,
        string.Create(CultureInfo.InvariantCulture, $"Discovery has not answered within {limit.TotalMilliseconds} ms. Try again in a few seconds.{more}"))
    { Header = ("Retry-After", "2") };

    private static ProblemResult Unreadable() => new(ErrorCodes.InternalError, "The answer of discovery cannot be read.");

    [LoggerMessage(EventId = 3420, Level = LogLevel.Warning, Message = "Discovery is away: {Type} {Id}: {Reason}")]
    private partial void LogAway(string type, string id, string reason);

    [LoggerMessage(EventId = 3421, Level = LogLevel.Error, Message = "An answer of discovery cannot be read: {Type} {Id}: {Reason}")]
    private partial void LogUnreadable(string type, string id, string reason);
}

/// <summary>Either an answer or the problem with it.</summary>
internal sealed record DiscoveryReply<T>(T? Answer, ProblemResult? Problem)
    where T : class;
