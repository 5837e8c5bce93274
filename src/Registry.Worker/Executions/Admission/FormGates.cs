using Capns.Contracts.Executions;
using Capns.Core.Urns;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>Gates 1 and 3: what needs no look-up (platform spec 5.4). Pure.</summary>
internal static class FormGates
{
    /// <summary>Gate 1: the refusal of a request that cannot be understood; null when it can.</summary>
    /// <param name="draft">The request.</param>
    /// <param name="errors">What was found when it was read.</param>
    public static AdmissionOutcome? CheckForm(AdmissionDraft draft, IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0)
        {
            return draft.Refuse(Gates.Readable, ErrorCodes.InvalidParameters, errors.Sentence("the request"), errors);
        }

        if (CheckTarget(draft.Request) is var (code, message))
        {
            return draft.Refuse(Gates.Readable, code, message);
        }

        if (CheckCap(draft) is { } badCap)
        {
            return badCap;
        }

        draft.Pass(Gates.Readable);
        return null;
    }

    /// <summary>Gate 3: the refusal of a request that comes too late; null when it does not.</summary>
    /// <param name="draft">The request.</param>
    /// <param name="now">For <c>expiresAt</c>.</param>
    public static AdmissionOutcome? CheckExpiry(AdmissionDraft draft, DateTimeOffset now)
    {
        if (draft.Request.ExpiresAt <= now)
        {
            return draft.Refuse(Gates.Expiry, ErrorCodes.QueueTimeout, $"expiresAt must lie ahead; it is {draft.Request.ExpiresAt:O}, and now it is {now:O}.");
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
