using System.Collections.Frozen;

namespace Capns.Contracts.Executions;

/// <summary>Every code an execution can end with, and the ones that refuse a request (platform spec 5.12).</summary>
public static class ErrorCodes
{
    /// <summary>The request cannot be understood.</summary>
    public static readonly ErrorCode InvalidRequest = new("INVALID_REQUEST", ErrorType.Validation, false, 400);

    /// <summary>Malformed capability URN.</summary>
    public static readonly ErrorCode InvalidCap = new("INVALID_CAP", ErrorType.Validation, false, 400);

    /// <summary>Wrong field or parameter.</summary>
    public static readonly ErrorCode InvalidParameters = new("INVALID_PARAMETERS", ErrorType.Validation, false, 422);

    /// <summary>No such tool.</summary>
    public static readonly ErrorCode ToolNotFound = new("TOOL_NOT_FOUND", ErrorType.Validation, false, 404);

    /// <summary>No tool provides the capability.</summary>
    public static readonly ErrorCode CapNotFound = new("CAP_NOT_FOUND", ErrorType.Validation, false, 404);

    /// <summary>The tool has no such version.</summary>
    public static readonly ErrorCode VersionNotFound = new("VERSION_NOT_FOUND", ErrorType.Validation, false, 404);

    /// <summary>The tool has no such operation.</summary>
    public static readonly ErrorCode OperationNotFound = new("OPERATION_NOT_FOUND", ErrorType.Validation, false, 404);

    /// <summary>Disabled or in maintenance.</summary>
    public static readonly ErrorCode ToolDisabled = new("TOOL_DISABLED", ErrorType.Permission, false, 409);

    /// <summary>Archived.</summary>
    public static readonly ErrorCode ToolArchived = new("TOOL_ARCHIVED", ErrorType.Permission, false, 410);

    /// <summary>The caller may not do this.</summary>
    public static readonly ErrorCode InsufficientPermissions = new("INSUFFICIENT_PERMISSIONS", ErrorType.Permission, false, 403);

    /// <summary>The tool needs an approval and approvals are switched off.</summary>
    public static readonly ErrorCode ApprovalsDisabled = new("APPROVALS_DISABLED", ErrorType.Permission, false, 403);

    /// <summary>People said no.</summary>
    public static readonly ErrorCode ApprovalRejected = new("APPROVAL_REJECTED", ErrorType.Permission, false, 0);

    /// <summary>Nobody decided in time.</summary>
    public static readonly ErrorCode ApprovalExpired = new("APPROVAL_EXPIRED", ErrorType.Permission, false, 0);

    /// <summary>Stopped by an operator.</summary>
    public static readonly ErrorCode KillSwitch = new("KILL_SWITCH", ErrorType.Permission, false, 503);

    /// <summary>Too many calls; with <c>retryAfterMs</c>.</summary>
    public static readonly ErrorCode RateLimited = new("RATE_LIMITED", ErrorType.Quota, false, 429);

    /// <summary>Too many at the same time; with <c>retryAfterMs</c>.</summary>
    public static readonly ErrorCode ConcurrencyLimited = new("CONCURRENCY_LIMITED", ErrorType.Quota, false, 429);

    /// <summary>Over budget; with <c>retryAfterMs</c> to the next window.</summary>
    public static readonly ErrorCode BudgetExceeded = new("BUDGET_EXCEEDED", ErrorType.Quota, false, 429);

    /// <summary>Dearer than the caller's <c>maxCost</c>.</summary>
    public static readonly ErrorCode CostExceeded = new("COST_EXCEEDED", ErrorType.Quota, false, 422);

    /// <summary>Waited too long for a runner.</summary>
    public static readonly ErrorCode QueueTimeout = new("QUEUE_TIMEOUT", ErrorType.Timeout, false, 0);

    /// <summary>The attempt exceeded its time limit.</summary>
    public static readonly ErrorCode ExecutionTimeout = new("EXECUTION_TIMEOUT", ErrorType.Timeout, true, 0);

    /// <summary>The attempt exceeded its memory limit.</summary>
    public static readonly ErrorCode MemoryExceeded = new("MEMORY_EXCEEDED", ErrorType.Quota, false, 0);

    /// <summary>The attempt exceeded its number of network calls.</summary>
    public static readonly ErrorCode NetworkCallsExceeded = new("NETWORK_CALLS_EXCEEDED", ErrorType.Quota, false, 0);

    /// <summary>The result is larger than may be stored.</summary>
    public static readonly ErrorCode OutputTooLarge = new("OUTPUT_TOO_LARGE", ErrorType.Quota, false, 0);

    /// <summary>Host not allowed.</summary>
    public static readonly ErrorCode NetworkDenied = new("NETWORK_DENIED", ErrorType.Permission, false, 0);

    /// <summary>The isolation is not offered.</summary>
    public static readonly ErrorCode SandboxUnavailable = new("SANDBOX_UNAVAILABLE", ErrorType.Dependency, true, 503);

    /// <summary>The sandbox broke.</summary>
    public static readonly ErrorCode SandboxFailed = new("SANDBOX_FAILED", ErrorType.Dependency, true, 0);

    /// <summary>The runner's lease was lost.</summary>
    public static readonly ErrorCode WorkerLost = new("WORKER_LOST", ErrorType.Dependency, true, 0);

    /// <summary>A tool that it needs is missing.</summary>
    public static readonly ErrorCode DependencyMissing = new("DEPENDENCY_MISSING", ErrorType.Dependency, false, 409);

    /// <summary>A remote server was not reachable, or answered 429 or 5xx.</summary>
    public static readonly ErrorCode RemoteUnavailable = new("REMOTE_UNAVAILABLE", ErrorType.Dependency, true, 0);

    /// <summary>The limiter or a store is away.</summary>
    public static readonly ErrorCode ServiceUnavailable = new("SERVICE_UNAVAILABLE", ErrorType.Dependency, false, 503);

    /// <summary>The tool reported an error.</summary>
    public static readonly ErrorCode ExecutionFailed = new("EXECUTION_FAILED", ErrorType.Execution, true, 0);

    /// <summary>The result does not fit the tool's <c>returnType</c>.</summary>
    public static readonly ErrorCode InvalidResult = new("INVALID_RESULT", ErrorType.Execution, false, 0);

    /// <summary>Broken inside.</summary>
    public static readonly ErrorCode InternalError = new("INTERNAL_ERROR", ErrorType.Unknown, true, 500);

    /// <summary>Who the caller is is not known.</summary>
    public static readonly ErrorCode Unauthenticated = new("UNAUTHENTICATED", ErrorType.Permission, false, 401);

    /// <summary>No such execution.</summary>
    public static readonly ErrorCode ExecutionNotFound = new("EXECUTION_NOT_FOUND", ErrorType.Validation, false, 404);

    /// <summary>The execution has ended.</summary>
    public static readonly ErrorCode AlreadyFinished = new("ALREADY_FINISHED", ErrorType.Validation, false, 409);

    /// <summary>The key was used for another payload.</summary>
    public static readonly ErrorCode IdempotencyKeyReused = new("IDEMPOTENCY_KEY_REUSED", ErrorType.Validation, false, 422);

    /// <summary>The tool exists.</summary>
    public static readonly ErrorCode DuplicateTool = new("DUPLICATE_TOOL", ErrorType.Validation, false, 409);

    /// <summary>The version exists.</summary>
    public static readonly ErrorCode VersionExists = new("VERSION_EXISTS", ErrorType.Validation, false, 409);

    /// <summary>The tool's definition is wrong.</summary>
    public static readonly ErrorCode InvalidDefinition = new("INVALID_DEFINITION", ErrorType.Validation, false, 422);

    /// <summary>Tools need each other in a circle.</summary>
    public static readonly ErrorCode DependencyCycle = new("DEPENDENCY_CYCLE", ErrorType.Validation, false, 422);

    /// <summary>No such thing.</summary>
    public static readonly ErrorCode NotFound = new("NOT_FOUND", ErrorType.Validation, false, 404);

    /// <summary>The body is too large.</summary>
    public static readonly ErrorCode PayloadTooLarge = new("PAYLOAD_TOO_LARGE", ErrorType.Validation, false, 413);

    /// <summary>The body is not JSON.</summary>
    public static readonly ErrorCode UnsupportedMediaType = new("UNSUPPORTED_MEDIA_TYPE", ErrorType.Validation, false, 415);

    /// <summary>Nobody decides what they asked for themselves.</summary>
    public static readonly ErrorCode SelfApproval = new("SELF_APPROVAL", ErrorType.Permission, false, 403);

    /// <summary>There is no result yet, or never will be one.</summary>
    public static readonly ErrorCode ExecutionNotFinished = new("EXECUTION_NOT_FINISHED", ErrorType.Validation, false, 409);

    /// <summary>The execution has not ended, or has ended well.</summary>
    public static readonly ErrorCode NotRetryable = new("NOT_RETRYABLE", ErrorType.Validation, false, 409);

    /// <summary>The approval is decided.</summary>
    public static readonly ErrorCode ApprovalNotPending = new("APPROVAL_NOT_PENDING", ErrorType.Validation, false, 409);

    /// <summary>The parameters are not those that were shown.</summary>
    public static readonly ErrorCode HashMismatch = new("HASH_MISMATCH", ErrorType.Validation, false, 409);

    /// <summary>Callers of the version before would fail, and the major number is the same.</summary>
    public static readonly ErrorCode BreakingChange = new("BREAKING_CHANGE", ErrorType.Validation, false, 409);

    /// <summary>Other tools need it.</summary>
    public static readonly ErrorCode DependentsExist = new("DEPENDENTS_EXIST", ErrorType.Validation, false, 409);

    /// <summary>Not possible in this state.</summary>
    public static readonly ErrorCode InvalidState = new("INVALID_STATE", ErrorType.Validation, false, 409);

    /// <summary>The first request with this key is in work.</summary>
    public static readonly ErrorCode IdempotencyInProgress = new("IDEMPOTENCY_IN_PROGRESS", ErrorType.Validation, false, 409);

    /// <summary>The event id was used with other content.</summary>
    public static readonly ErrorCode DuplicateEvent = new("DUPLICATE_EVENT", ErrorType.Validation, false, 409);

    /// <summary>The result is deleted.</summary>
    public static readonly ErrorCode ResultExpired = new("RESULT_EXPIRED", ErrorType.Validation, false, 410);

    /// <summary>It has changed since it was read.</summary>
    public static readonly ErrorCode PreconditionFailed = new("PRECONDITION_FAILED", ErrorType.Validation, false, 412);

    /// <summary>The workflow is wrong.</summary>
    public static readonly ErrorCode InvalidWorkflow = new("INVALID_WORKFLOW", ErrorType.Validation, false, 422);

    /// <summary>The signature does not fit.</summary>
    public static readonly ErrorCode SignatureInvalid = new("SIGNATURE_INVALID", ErrorType.Validation, false, 422);

    /// <summary>It must be said which state is changed.</summary>
    public static readonly ErrorCode PreconditionRequired = new("PRECONDITION_REQUIRED", ErrorType.Validation, false, 428);

    /// <summary>Too many listeners.</summary>
    public static readonly ErrorCode StreamFull = new("STREAM_FULL", ErrorType.Quota, false, 503);

    /// <summary>All codes by their word on the wire.</summary>
    public static FrozenDictionary<string, ErrorCode> All { get; } = new[]
    {
        InvalidRequest,
        InvalidCap,
        InvalidParameters,
        ToolNotFound,
        CapNotFound,
        VersionNotFound,
        OperationNotFound,
        ToolDisabled,
        ToolArchived,
        InsufficientPermissions,
        ApprovalsDisabled,
        ApprovalRejected,
        ApprovalExpired,
        KillSwitch,
        RateLimited,
        ConcurrencyLimited,
        BudgetExceeded,
        CostExceeded,
        QueueTimeout,
        ExecutionTimeout,
        MemoryExceeded,
        NetworkCallsExceeded,
        OutputTooLarge,
        NetworkDenied,
        SandboxUnavailable,
        SandboxFailed,
        WorkerLost,
        DependencyMissing,
        RemoteUnavailable,
        ServiceUnavailable,
        ExecutionFailed,
        InvalidResult,
        InternalError,
        Unauthenticated,
        ExecutionNotFound,
        AlreadyFinished,
        IdempotencyKeyReused,
        DuplicateTool,
        VersionExists,
        InvalidDefinition,
        DependencyCycle,
        NotFound,
        PayloadTooLarge,
        UnsupportedMediaType,
        SelfApproval,
        ExecutionNotFinished,
        NotRetryable,
        ApprovalNotPending,
        HashMismatch,
        BreakingChange,
        DependentsExist,
        InvalidState,
        IdempotencyInProgress,
        DuplicateEvent,
        ResultExpired,
        PreconditionFailed,
        InvalidWorkflow,
        SignatureInvalid,
        PreconditionRequired,
        StreamFull,
    }.ToFrozenDictionary(code => code.Code, StringComparer.Ordinal);
}
