namespace Capns.Discovery.Worker.Learning;

/// <summary>Log lines of learning. Event ids 3040 to 3059.</summary>
internal static partial class LearningLog
{
    [LoggerMessage(3040, LogLevel.Debug, "{Event} of execution {ExecutionId} (tool {ToolId}): {Result}")]
    public static partial void Learned(ILogger logger, string @event, Guid executionId, Guid toolId, LearningResult result);

    [LoggerMessage(3041, LogLevel.Warning, "{Event} from login {User} is ignored: not one of the platform's")]
    public static partial void NotBelieved(ILogger logger, string @event, string user);

    [LoggerMessage(3042, LogLevel.Debug, "Feedback {EventId} on tool {ToolId}: {Result}")]
    public static partial void Feedback(ILogger logger, string eventId, Guid toolId, LearningResult result);

    [LoggerMessage(3043, LogLevel.Information, "Feedback of {Source} refused with {Code}: {Reason}")]
    public static partial void Refused(ILogger logger, string source, string code, string reason);

    [LoggerMessage(3044, LogLevel.Information, "Similar tools made of {Tools} tools: {Written} relations written, {Removed} removed")]
    public static partial void SimilarityMade(ILogger logger, int tools, int written, int removed);

    [LoggerMessage(
        3045, LogLevel.Information,
        "Nightly removal: {Pairs} pairs that are no longer used together, {Sessions} rows of ended sessions, {Waiting} corrections of executions "
        + "that never ended, {Days} days whose uses no longer count")]
    public static partial void Cleaned(ILogger logger, int pairs, int sessions, int waiting, int days);

    [LoggerMessage(3046, LogLevel.Warning, "Nightly work waits, PostgreSQL is away: {Reason}")]
    public static partial void NightlyWaits(ILogger logger, string reason);

    [LoggerMessage(3047, LogLevel.Error, "Nightly work has failed and is tried again")]
    public static partial void NightlyFailed(ILogger logger, Exception exception);

    [LoggerMessage(3048, LogLevel.Warning, "What is known of tools' runs stays as it is, it cannot be read now: {Reason}")]
    public static partial void FactsAway(ILogger logger, string reason);

    [LoggerMessage(3049, LogLevel.Error, "What is known of tools' runs could not be read and stays as it is")]
    public static partial void FactsFailed(ILogger logger, Exception exception);

    [LoggerMessage(3050, LogLevel.Information, "{Relation} from {From} to {To} {Change}")]
    public static partial void RelationChanged(ILogger logger, string relation, Guid from, Guid to, string change);
}
