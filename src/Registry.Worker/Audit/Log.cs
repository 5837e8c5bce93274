namespace Capns.Registry.Worker.Audit;

/// <summary>Log lines of the audit log; ids 3700 to 3749.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 3700, Level = LogLevel.Critical,
        Message = "{Fault} Entries of audit chain {Chain} wait unsealed. After a change of the key put the former one behind a comma; else restore the chain")]
    public static partial void FaultyHead(ILogger logger, string chain, string fault);

    [LoggerMessage(EventId = 3701, Level = LogLevel.Error, Message = "Sealing of audit entries pauses")]
    public static partial void SealingPaused(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3702, Level = LogLevel.Critical, Message = "Audit chain {Chain} is broken at entry {Seq}: {Detail}")]
    public static partial void ChainBroken(ILogger logger, string chain, long seq, string detail);

    [LoggerMessage(EventId = 3703, Level = LogLevel.Warning, Message = "Webhook of alert rule {RuleId} failed for the {Attempt} time: {Reason}")]
    public static partial void WebhookFailed(ILogger logger, Guid ruleId, int attempt, string reason);

    [LoggerMessage(EventId = 3704, Level = LogLevel.Warning, Message = "Sending of webhooks pauses: {Reason}")]
    public static partial void WebhooksPaused(ILogger logger, string reason);

    [LoggerMessage(EventId = 3706, Level = LogLevel.Information, Message = "Audit chain {Chain} ended {Day:O} with entry {Seq}, hash {Hash}, signature {Signature}")]
    public static partial void Checkpoint(ILogger logger, string chain, DateOnly day, long seq, string hash, string signature);

    [LoggerMessage(EventId = 3707, Level = LogLevel.Critical, Message = "All audit chains were put back from sealing {Last} to {Now}: what was written between is gone")]
    public static partial void PutBack(ILogger logger, long last, long now);

    [LoggerMessage(EventId = 3708, Level = LogLevel.Error, Message = "Checkpoints and retention of the audit log pause")]
    public static partial void KeepingPaused(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3705, Level = LogLevel.Error, Message = "Webhook of alert rule {RuleId} is given up after {Attempts} tries: {Reason}")]
    public static partial void WebhookGivenUp(ILogger logger, Guid ruleId, int attempts, string reason);
}
