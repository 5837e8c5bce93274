using Capns.Contracts.Executions;
using Capns.Core.Urns;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>Gates 1 to 3: what needs no look-up (platform spec 5.4). Pure.</summary>
internal static class FormGates
{
    /// <summary>The refusal of the first of them that refuses; null when all let the request through.</summary>
    /// <param name="draft">The request.</param>
    /// <param name="errors">What was found when it was read.</param>
    /// <param name="now">For <c>expiresAt</c>.</param>
    public static AdmissionOutcome? Check(AdmissionDraft draft, IReadOnlyList<FieldError> errors, DateTimeOffset now)
    {
        var request = draft.Request;
        if (errors.Count > 0)
        {
            return draft.Refuse(Gates.Readable, ErrorCodes.InvalidParameters, errors.Sentence("the request"), errors);
        }

        if (CheckTarget(request) is var (code, message))
        {
            return draft.Refuse(Gates.Readable, code, message);
        }

        if (CheckCap(draft) is { } badCap)
        {
            return badCap;
        }

        draft.Pass(Gates.Readable);
        if (request.AgentId is null && request.UserId is null && request.RequestedBy is null)
        {
            return draft.Refuse(Gates.Identity, ErrorCodes.InvalidRequest, "One of agentId, userId and requestedBy is required, because the caller has no login; none is given.");
        }

        draft.Pass(Gates.Identity);
        if (request.ExpiresAt <= now)
        {
            return draft.Refuse(Gates.Expiry, ErrorCodes.QueueTimeout, $"expiresAt must lie ahead; it is {request.ExpiresAt:O}, and now it is {now:O}.");
        }

        draft.Pass(Gates.Expiry);
        return null;
    }

    private static (ErrorCode Code, string Message)? CheckTarget(ToolExecutionRequest request) => request switch
    {
        { ToolId: null, Cap: null } => (ErrorCodes.InvalidRequest, "Exactly one of toolId and cap is required; none is given."),
        { ToolId: not null, Cap: not null } => (ErrorCodes.InvalidRequest, $"Exactly one of toolId and cap may be given; both are: {Preview.Of(request.ToolId)} and {Preview.Of(request.Cap)}."),
        { Cap: not null, Version: not null } => (ErrorCodes.InvalidRequest, $"version cannot be given with cap, which always means the latest; it is {Preview.Of(request.Version)}."),
        _ => null,
    };

    private static AdmissionOutcome? CheckCap(AdmissionDraft draft) =>
        draft.Request.Cap is { } text && draft.Cap is null && !CapUrn.TryParseRequest(text, out _, out var error)
            ? draft.Refuse(Gates.Readable, ErrorCodes.InvalidCap, CapFault.Sentence("cap", text, error), CapFault.Details(error))
            : null;
}
