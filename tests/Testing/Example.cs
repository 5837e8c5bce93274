using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Approvals;
using Capns.Contracts.Audit;
using Capns.Contracts.Catalogue;
using Capns.Contracts.Discovery;
using Capns.Contracts.Executions;
using Capns.Contracts.Graph;
using Capns.Contracts.Learning;
using Capns.Contracts.Running;

namespace Capns.Testing;

/// <summary>One valid message of each kind, after the examples of platform spec 3.14 to 3.21. Tests change what they are about.</summary>
public static class Example
{
    private const string ToolId = "5f0c1c52-6a2f-4c39-9a55-6d1f4f6f7a10";
    private const string Hash = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    private const string Cap = "cap:in=media:json;op=calculate;out=media:number";

    private static readonly Guid Id = Guid.Parse("0195561f-3a80-7a51-8f1e-2c4b6d8e0f12");
    private static readonly Guid Approval = Guid.Parse("0195561f-4c10-7d02-a3b4-5c6d7e8f9a0b");
    private static readonly DateTimeOffset Time = new(2026, 3, 2, 9, 15, 0, 310, TimeSpan.Zero);

    public static ResourceUsage ResourceUsage { get; } = new()
    {
        Cpu = 18.2,
        CpuTimeMs = 4,
        MemoryPeakMb = 23,
        DurationMs = 22,
    };

    public static ErrorDetail ErrorDetail { get; } = new()
    {
        Type = ErrorType.Timeout,
        Code = "EXECUTION_TIMEOUT",
        Recoverable = true,
        Message = "The attempt exceeded its time limit of 30000 ms.",
        SuggestedAction = "Raise the timeout or send fewer pages.",
        Details = Json("""{"limitMs":30000}"""),
    };

    public static SandboxConfig SandboxConfig { get; } = new()
    {
        ResourceLimits = new ResourceLimits { MaxMemory = 256, MaxCpu = 0.5, MaxDuration = 5000, MaxNetworkCalls = 0 },
        SecurityLevel = SecurityLevel.Safe,
        Isolation = "native",
        NetworkAccess = false,
        PersistentStorage = false,
        AllowedHosts = [],
    };

    public static ExecutionIdentity ExecutionIdentity { get; } = new()
    {
        ToolId = ToolId,
        ToolName = "math-calculator",
        ToolVersion = "1.2.0",
        SecurityLevel = SecurityLevel.Safe,
        Cap = Cap,
        MatchedCap = Cap,
        Provider = "math-calculator",
        RequestId = "r-77",
        AgentId = "agent-001",
        RequestedBy = "participant-4",
        DiscussionId = "disc-1",
        CorrelationId = "corr-77",
        TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    };

    public static ToolApprovalRequested ToolApprovalRequested { get; } = new()
    {
        ApprovalId = Approval,
        ExecutionId = Id,
        OperationId = Id,
        ToolId = ToolId,
        Status = ApprovalStatus.Pending,
        Sequence = 1,
        ToolName = "deploy",
        ToolVersion = "2.0.0",
        SecurityLevel = SecurityLevel.Restricted,
        RequestedBy = "participant-4",
        AgentId = "agent-001",
        DiscussionId = "disc-1",
        Reason = "Level restricted needs the approval of people.",
        ParametersPreview = Json("""{"service":"shop","token":"[redacted]"}"""),
        ParametersHash = Hash,
        RequiredRoles = ["operator", "security-admin", "admin"],
        RequiredApprovers = ["maria"],
        MinApprovals = 1,
        ExpiresAt = Time.AddHours(12),
        CreatedAt = Time,
    };

    public static ToolApprovalDecision ToolApprovalDecision { get; } = new()
    {
        ApprovalId = Approval,
        ExecutionId = Id,
        Decision = ApprovalDecision.Approve,
        ApproverId = "maria",
        ParametersHash = Hash,
        Conditions = ["outside business hours"],
        Feedback = "Looks right.",
        DecidedAt = Time,
        Auth = Json("""{"token":"t"}"""),
    };

    public static ToolApprovalGranted ToolApprovalGranted { get; } = new()
    {
        ApprovalId = Approval,
        ExecutionId = Id,
        ToolId = ToolId,
        Status = ApprovalStatus.Approved,
        Sequence = 2,
        ApproverIds = ["maria"],
        DecidedAt = Time,
        Feedback = "Looks right.",
        Conditions = ["outside business hours"],
        UsableUntil = Time.AddHours(1),
    };

    public static ToolApprovalDenied ToolApprovalDenied { get; } = new()
    {
        ApprovalId = Approval,
        ExecutionId = Id,
        ToolId = ToolId,
        Status = ApprovalStatus.Rejected,
        Sequence = 2,
        ApproverIds = ["maria"],
        DecidedAt = Time,
        Feedback = "Not on a Friday.",
    };

    public static ToolApprovalExpired ToolApprovalExpired { get; } = new()
    {
        ApprovalId = Approval,
        ExecutionId = Id,
        ToolId = ToolId,
        Status = ApprovalStatus.Expired,
        Sequence = 4,
        ExpiresAt = Time.AddHours(12),
    };

    public static ToolApprovalReminder ToolApprovalReminder { get; } = new()
    {
        ApprovalId = Approval,
        ExecutionId = Id,
        ToolId = ToolId,
        Status = ApprovalStatus.Pending,
        Sequence = 2,
        ExpiresAt = Time.AddHours(12),
        Escalated = false,
    };

    public static ToolApprovalRecorded ToolApprovalRecorded { get; } = new()
    {
        ApprovalId = Approval,
        ExecutionId = Id,
        Status = ApprovalStatus.Pending,
        Approvals = 1,
        MinApprovals = 2,
    };

    public static ToolExecutionRequest ToolExecutionRequest { get; } = new()
    {
        RequestId = "r-77",
        IdempotencyKey = "disc-1:r-77",
        Cap = Cap,
        Parameters = Json("""{"operation":"add","operands":[5,3]}"""),
        AgentId = "agent-001",
        RequestedBy = "participant-4",
        DiscussionId = "disc-1",
        Priority = Priority.Normal,
        Timeout = 5000,
        ShareResults = true,
        ReplyOn = "finished",
        RetryPolicy = new RetryPolicy { MaxAttempts = 2, RetryOn = [ErrorType.Timeout] },
        MaxCost = 0.5m,
        Reasoning = Json("""{"text":"exact sum needed","confidence":0.9,"alternatives":[]}"""),
    };

    public static ToolExecutionCancelRequest ToolExecutionCancelRequest { get; } = new()
    {
        ExecutionId = Id,
        RequestedBy = "participant-4",
        Reason = "no longer needed",
        Force = false,
    };

    public static ToolExecutionStarted ToolExecutionStarted { get; } = new()
    {
        ExecutionId = Id,
        ToolId = ToolId,
        ToolName = "math-calculator",
        ToolVersion = "1.2.0",
        SecurityLevel = SecurityLevel.Safe,
        Cap = Cap,
        MatchedCap = Cap,
        Provider = "math-calculator",
        State = ExecutionState.Running,
        Timestamp = Time,
        Resources = new ResourceUsage(),
        Sequence = 1,
        Attempt = 1,
        RequestId = "r-77",
        CallId = "r-77",
        AgentId = "agent-001",
        StartedAt = Time,
        QueueWaitMs = 41,
        EstimatedDuration = 20,
        Isolation = "native",
        Limits = SandboxConfig,
        RunnerId = "runner-1",
    };

    public static ToolExecutionProgress ToolExecutionProgress { get; } = new()
    {
        ExecutionId = Id,
        ToolId = ToolId,
        State = ExecutionState.Running,
        Timestamp = Time,
        Resources = ResourceUsage,
        Sequence = 2,
        Attempt = 1,
        Kind = ProgressKind.Log,
        Progress = 40,
        CurrentStep = "extract-text",
        Message = "page 4 of 10",
        Log = new LogLine { Stream = "stdout", Line = "page 4" },
    };

    public static ToolExecutionResult ToolExecutionResult { get; } = new()
    {
        ExecutionId = Id,
        ToolId = ToolId,
        ToolName = "math-calculator",
        ToolVersion = "1.2.0",
        SecurityLevel = SecurityLevel.Safe,
        State = ExecutionState.Completed,
        Timestamp = Time,
        Resources = ResourceUsage,
        Sequence = 2,
        Attempt = 1,
        Result = Json("""{"value":8}"""),
        ExecutionTime = 22,
        ExecutionTimeMs = 22,
        Cost = 0.0001m,
        Cached = false,
        StartedAt = Time,
        CompletedAt = Time.AddMilliseconds(22),
        RetryCount = 0,
        ResultSchemaValid = true,
        ShareResults = true,
    };

    public static ToolExecutionError ToolExecutionError { get; } = new()
    {
        ExecutionId = Id,
        ToolId = ToolId,
        State = ExecutionState.Failed,
        Timestamp = Time,
        Resources = ResourceUsage,
        Sequence = 9,
        Attempt = 1,
        Error = ErrorDetail.Message,
        ErrorDetail = ErrorDetail,
        ExecutionTime = 30000,
        RetryCount = 0,
        MaxRetries = 0,
        CompletedAt = Time,
        StartedAt = Time,
        Cost = 0.03m,
    };

    public static ToolExecutionCancelled ToolExecutionCancelled { get; } = new()
    {
        ExecutionId = Id,
        ToolId = ToolId,
        State = ExecutionState.Cancelled,
        Timestamp = Time,
        Resources = ResourceUsage,
        Sequence = 3,
        Attempt = 1,
        Reason = "no longer needed",
        CancelledBy = "participant-4",
        PreviousStatus = ExecutionState.Running,
        ExecutionTime = 700,
        CompletedAt = Time,
    };

    public static ToolExecutionAccepted ToolExecutionAccepted { get; } = new() { ExecutionId = Id, State = ExecutionState.Queued, EstimatedDuration = 20 };

    public static ToolExecutionGateReport ToolExecutionGateReport { get; } = new()
    {
        WouldRun = false,
        ToolId = ToolId,
        ToolVersion = "1.2.0",
        Cap = "cap:in;op=calculate;out",
        MatchedCap = "cap:in=media:json;op=calculate;out=media:number",
        Provider = "math-calculator",
        Definition = Json("""{"urn":"cap:in=media:json;op=calculate;out=media:number","title":"math-calculator","command":"math-calculator"}"""),
        Gates = [new ExecutionGate { Gate = "permission", Passed = false, Code = "INSUFFICIENT_PERMISSIONS", Message = "The caller may not run it." }],
    };

    public static ToolRequestRefused ToolRequestRefused { get; } = new()
    {
        Request = "tool.execution.cancel.requested",
        RequestId = "r-78",
        ExecutionId = Id,
        Error = new ErrorDetail { Type = ErrorType.Validation, Code = "ALREADY_FINISHED", Message = "The execution has ended.", Recoverable = false },
    };

    public static ToolDiscoveryRequest ToolDiscoveryRequest { get; } = new()
    {
        RequestId = "d-9",
        AgentId = "agent-001",
        Query = "summarise a pdf",
        Context = Json("""{"topic":"contracts","keywords":["pdf","summary"]}"""),
        Capabilities = ["cap:in=media:pdf;op=summarise;out=media:text"],
        PreferredCategories = ["analysis"],
        SecurityLevel = SecurityLevel.Moderate,
        CostLimit = 0.5m,
        Mode = "recommend",
        Limit = 3,
        RelationTypes = ["SIMILAR_TO"],
        MinStrength = 0.5,
    };

    public static ToolLearningEvent ToolLearningEvent { get; } = new()
    {
        EventId = "agent-001:le-5",
        ToolId = "pdf-summary",
        AgentId = "agent-001",
        ExecutionId = Id,
        Outcome = LearningOutcome.Success,
        Effectiveness = 0.9m,
        UserSatisfaction = 0.8m,
        QualityScore = 0.85m,
        Context = Json("""{"topic":"contracts","keywords":["pdf","summary"],"intent":"summary"}"""),
        WorkflowRunId = "run-1",
        DiscussionId = "disc-1",
        SessionId = "session-1",
        CompanionToolIds = ["pdf-extract"],
        ReplacedToolId = "text-summary",
        ReplacementWorked = true,
        ExecutionTime = 8800,
        Timestamp = Time,
    };

    public static PutToolRelation PutToolRelation { get; } = new()
    {
        CommandId = Id,
        FromToolId = Id,
        ToToolId = new Guid("0c2b7a9e-55f1-4d0a-9f43-8e7d6c5b4a39"),
        Type = "ENHANCES",
        Strength = 0.8,
        Reason = "It takes out the pages first.",
        Metadata = Json("""{"ticket":"T-12"}"""),
        SetBy = "alice",
        SetAt = Time,
    };

    public static RemoveToolRelation RemoveToolRelation { get; } = new()
    {
        CommandId = Id,
        FromToolId = Id,
        ToToolId = new Guid("0c2b7a9e-55f1-4d0a-9f43-8e7d6c5b4a39"),
        Type = "ENHANCES",
    };

    public static RebuildGraph RebuildGraph { get; } = new() { JobId = Id };

    public static GraphCommandDone GraphCommandDone { get; } = new() { CommandId = Id, Outcome = GraphCommandOutcome.Stored };

    public static ToolRecommendationUpdated ToolRecommendationUpdated { get; } = new()
    {
        RequestId = "d-9",
        AgentId = "agent-001",
        Trigger = "discovery",
        Mode = "recommend",
        GeneratedAt = Time,
        GraphEpoch = 4182,
        Degraded = false,
        Recommendations =
        [
            new ToolRecommendation
            {
                ToolId = ToolId,
                Name = "pdf-summary",
                Version = "2.0.1",
                Category = "analysis",
                SecurityLevel = SecurityLevel.Moderate,
                RequiresApproval = false,
                Score = 0.8585,
                Confidence = 0.9351,
                Reason = "Best match for the words of the request.",
                Components = new Dictionary<string, double> { ["rel"] = 1, ["qual"] = 0.91 },
                Relationships = [new ToolRelationship { Type = "USED_WITH", ToolId = "0c2b7a9e-55f1-4d0a-9f43-8e7d6c5b4a39", Strength = 0.72 }],
                Status = "ok",
                Depth = 1,
                EstimatedCost = 0.03m,
                EstimatedDuration = 9000,
            },
        ],
    };

    public static ToolRegistered ToolRegistered { get; } = new()
    {
        ToolId = ToolId,
        Slug = "math-calculator",
        Name = "Math calculator",
        Version = "1.2.0",
        Category = "math",
        SecurityLevel = SecurityLevel.Safe,
        ChangedBy = "admin",
        Timestamp = Time,
    };

    public static ToolAuditAlert ToolAuditAlert { get; } = new()
    {
        Rule = "repeated-denials",
        Severity = AlertSeverity.Warning,
        Summary = "repeated-denials: login (denied, UNAUTHENTICATED) of api-key k1 by user-001, 5 times within 60 s.",
        Count = 5,
        FirstAt = Time,
        LastAt = Time.AddSeconds(40),
        AuditIds = ["0195561f-5a10-7c44-8b21-1a2b3c4d5e70"],
        ToolId = ToolId,
        ActorId = "user-001",
    };

    /// <summary>Every member set.</summary>
    public static RunnerHeartbeat RunnerHeartbeat { get; } = new()
    {
        RunnerId = "runner-1",
        Pools = ["default", "trusted"],
        Drivers = new Dictionary<string, string> { ["native"] = "ok", ["container"] = "unavailable" },
        Slots = 100,
        SlotsUsed = 5,
        MemoryMb = 8192,
        MemoryReservedMb = 1280,
        Cpu = 8,
        CpuReserved = 2.5,
        At = Time,
    };

    /// <summary>Every member set.</summary>
    public static ToolVersionPublished ToolVersionPublished { get; } = new()
    {
        ToolId = ToolId,
        Slug = "math-calculator",
        Name = "Math calculator",
        Version = "1.3.0",
        Category = "math",
        SecurityLevel = SecurityLevel.Safe,
        ChangedBy = "admin",
        Timestamp = Time,
        Changes = ["parameters"],
    };

    public static ToolUpdated ToolUpdated { get; } = new()
    {
        ToolId = ToolId,
        Slug = "math-calculator",
        Name = "Math calculator",
        Version = "1.3.0",
        Category = "math",
        SecurityLevel = SecurityLevel.Safe,
        ChangedBy = "admin",
        Timestamp = Time,
        Changes = ["displayName", "rateLimits"],
    };

    public static ToolUnregistered ToolUnregistered { get; } = new()
    {
        ToolId = ToolId,
        Slug = "math-calculator",
        Name = "Math calculator",
        Version = "1.3.0",
        Category = "math",
        SecurityLevel = SecurityLevel.Safe,
        ChangedBy = "admin",
        Timestamp = Time,
    };

    public static ToolDeprecated ToolDeprecated { get; } = new()
    {
        ToolId = ToolId,
        Slug = "math-calculator",
        Name = "Math calculator",
        Version = "1.3.0",
        Category = "math",
        SecurityLevel = SecurityLevel.Safe,
        ChangedBy = "admin",
        Timestamp = Time,
        Changes = ["maintenanceStatus"],
    };

    public static ToolEnabled ToolEnabled { get; } = new()
    {
        ToolId = ToolId,
        Slug = "math-calculator",
        Name = "Math calculator",
        Version = "1.3.0",
        Category = "math",
        SecurityLevel = SecurityLevel.Safe,
        ChangedBy = "admin",
        Timestamp = Time,
        Changes = ["isEnabled"],
    };

    public static ToolDisabled ToolDisabled { get; } = new()
    {
        ToolId = ToolId,
        Slug = "math-calculator",
        Name = "Math calculator",
        Version = "1.3.0",
        Category = "math",
        SecurityLevel = SecurityLevel.Safe,
        ChangedBy = "admin",
        Timestamp = Time,
        Changes = ["isEnabled"],
    };

    public static RunTool RunTool { get; } = new()
    {
        ExecutionId = Id,
        Attempt = 1,
        Dispatch = 1,
        ToolId = Guid.Parse(ToolId),
        ToolVersion = "1.2.0",
        Pool = "default",
        Priority = Priority.Normal,
        Executor = new RunExecutor { Type = "command", Command = ["/bin/echo", "hello"] },
        Limits = new RunLimits { MemoryMb = 256, Cpu = 0.5, TimeoutMs = 5000, SecurityLevel = SecurityLevel.Safe },
        Parameters = Json("""{"operation":"add","operands":[5,3]}"""),
        FirstSequence = 1,
        QueueDeadline = Time.AddMinutes(5),
        RateLimit = new RunRateLimit { Caller = "agent-001", MaxCallsPerMinute = 60 },
        Identity = ExecutionIdentity,
    };

    public static RunStarted RunStarted { get; } = new()
    {
        ExecutionId = Id,
        Attempt = 1,
        Dispatch = 1,
        RunnerId = "runner-1",
        StartedAt = Time,
        Isolation = "native",
        Warm = true,
    };

    public static RunEventsRecorded RunEventsRecorded { get; } = new()
    {
        ExecutionId = Id,
        Attempt = 1,
        Dispatch = 1,
        RunnerId = "runner-1",
        LastSequence = 2,
        Events = [ToolExecutionProgress],
    };

    public static RunLeaseRenewed RunLeaseRenewed { get; } = new() { ExecutionId = Id, Attempt = 1, Dispatch = 1, RunnerId = "runner-1", LastSequence = 2 };

    public static RunLimited RunLimited { get; } = new()
    {
        ExecutionId = Id,
        Attempt = 1,
        Dispatch = 1,
        RunnerId = "runner-1",
        Code = "RATE_LIMITED",
        RetryAfterMs = 1500,
        Limit = 60,
    };

    public static RunLost RunLost { get; } = new()
    {
        ExecutionId = Id,
        Attempt = 1,
        Dispatch = 1,
        RunnerId = "runner-2",
        LastSequence = 2,
        Reason = "The broker had delivered it before.",
    };

    public static RunEnded RunEnded { get; } = new()
    {
        ExecutionId = Id,
        Attempt = 1,
        Dispatch = 1,
        RunnerId = "runner-1",
        LastSequence = 2,
        Outcome = RunOutcome.Completed,
        Result = Json("""{"value":8}"""),
        Resources = ResourceUsage,
        StartedAt = Time,
        EndedAt = Time.AddMilliseconds(22),
        Isolation = "native",
    };

    public static ControlSignal ControlSignal { get; } = new() { Kind = ControlKind.Cancel, ExecutionId = Id, Force = true };

    /// <summary>All messages: one of every record that has a name on the wire.</summary>
    public static IReadOnlyList<object> Messages { get; } =
    [
        ToolExecutionRequest, ToolExecutionCancelRequest, ToolExecutionStarted, ToolExecutionProgress, ToolExecutionResult, ToolExecutionError,
        ToolExecutionCancelled, ToolExecutionAccepted, ToolExecutionGateReport, ToolRequestRefused, ToolDiscoveryRequest, ToolLearningEvent,
        ToolRecommendationUpdated,
        ToolRegistered, ToolVersionPublished, ToolUpdated, ToolUnregistered, ToolDeprecated, ToolEnabled, ToolDisabled,
        RunTool, RunStarted, RunEventsRecorded, RunLeaseRenewed, RunLimited, RunLost, RunEnded, ControlSignal,
        ToolApprovalRequested, ToolApprovalDecision, ToolApprovalGranted, ToolApprovalDenied, ToolApprovalExpired, ToolApprovalReminder,
        ToolApprovalRecorded, ToolAuditAlert, RunnerHeartbeat, PutToolRelation, RemoveToolRelation, RebuildGraph, GraphCommandDone,
    ];

    /// <summary>JSON text as an element.</summary>
    public static JsonElement Json(string text) => JsonElement.Parse(text);
}
