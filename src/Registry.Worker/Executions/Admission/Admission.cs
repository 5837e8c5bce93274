using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Core.Urns;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Executions.Admission;

/// <inheritdoc cref="IAdmission"/>
/// <remarks>Thread-safe. The gates are those of platform spec 5.4 in its order; the ones it lacks (kill switch, policies, budgets, cache) come with their features.</remarks>
internal sealed class Admission(ToolCatalogue catalogue, ProviderChoice providers, ToolOptions tools, AdmissionOptions options, TimeProvider time) : IAdmission
{
    public async Task<AdmissionOutcome> AdmitAsync(InboundEvent inbound, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var request = RequestReader.Read(inbound.Payload, now, out var errors);
        var draft = new AdmissionDraft(inbound, request);
        return CheckForm(draft, errors, now)
            ?? await AdmitReadableAsync(draft, db, cancellationToken);
    }

    /// <summary>Gates 1 to 3: what needs no look-up.</summary>
    private static AdmissionOutcome? CheckForm(AdmissionDraft draft, IReadOnlyList<FieldError> errors, DateTimeOffset now)
    {
        var request = draft.Request;
        if (errors.Count > 0)
        {
            return draft.Refuse(Gates.Readable, ErrorCodes.InvalidParameters, Sentence("the request", errors), errors);
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

    /// <summary>Reads the wish for a capability, which may leave out its directions (CapNs spec 4.1, D10).</summary>
    private static AdmissionOutcome? CheckCap(AdmissionDraft draft)
    {
        if (draft.Request.Cap is not { } text)
        {
            return null;
        }

        if (CapUrn.TryParseRequest(text, out var cap, out var error))
        {
            draft.Cap = cap;
            return null;
        }

        return draft.Refuse(Gates.Readable, ErrorCodes.InvalidCap, CapFault.Sentence("cap", text, error), CapFault.Details(error));
    }

    private async Task<AdmissionOutcome> AdmitReadableAsync(AdmissionDraft draft, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var request = draft.Request;
        var (tool, refusal) = await FindToolAsync(draft, db, cancellationToken);
        if (tool is null)
        {
            return refusal!;
        }

        draft.ToolName = tool.Row.Name;
        draft.ToolVersion = tool.Definition.Version;
        draft.Level = tool.Definition.SecurityLevel;
        if (ChooseOperation(tool, request, out var operation) is { } problem)
        {
            return draft.Refuse(Gates.Tool, ErrorCodes.OperationNotFound, problem);
        }

        draft.Pass(Gates.Tool);
        return await AdmitToolAsync(draft, tool, operation, db, cancellationToken);
    }

    private async Task<(ResolvedTool? Tool, AdmissionOutcome? Refusal)> FindToolAsync(AdmissionDraft draft, RegistryDbContext db, CancellationToken cancellationToken)
    {
        if (draft.Cap is { } cap)
        {
            var chosen = await providers.ChooseAsync(cap, db, cancellationToken);
            if (!chosen.Found)
            {
                return (null, draft.Refuse(Gates.Tool, ErrorCodes.CapNotFound, chosen.Missing.Message, chosen.Missing.Details));
            }

            draft.ToolId = chosen.Tool.Row.Id;
            draft.Provided = chosen.Provided;
            return (chosen.Tool, null);
        }

        var resolution = await catalogue.ResolveAsync(draft.Request.ToolId!, draft.Request.Version, db, cancellationToken);
        draft.ToolId = resolution.ToolId;
        return resolution.Found ? (resolution.Tool, null) : (null, draft.Refuse(Gates.Tool, resolution.Code, resolution.Message));
    }

    /// <summary>Gates 6 to 11: the ones that depend on the tool.</summary>
    private async Task<AdmissionOutcome> AdmitToolAsync(AdmissionDraft draft, ResolvedTool tool, ToolOperation? operation, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var request = draft.Request;
        var ownLevel = Higher(tool.Definition.SecurityLevel, operation?.SecurityLevel);
        var level = Higher(ownLevel, request.SecurityLevel);
        draft.Level = level;

        var parameters = ParameterCheck.Check(tool.Schemas.Parameters(operation?.Id, strict: level >= SecurityLevel.Moderate), request.Parameters!.Value, level, options.DigestKey);
        draft.StoredParameters = parameters.Stored;
        if (MissingPermission(level, operation) is { } missing)
        {
            return draft.Refuse(Gates.Permission, ErrorCodes.InsufficientPermissions, $"Running {Preview.Of(tool.Row.Slug)} at level {Words.Level(level)} needs permission {missing}, which a caller without a login does not have.");
        }

        draft.Pass(Gates.Permission);
        if (parameters.Errors.Count > 0)
        {
            return draft.Refuse(Gates.Parameters, ErrorCodes.InvalidParameters, Sentence("parameters", parameters.Errors), parameters.Errors);
        }

        draft.Pass(Gates.Parameters);
        if (level >= SecurityLevel.Restricted || tool.Definition.RequiresApproval || tool.Row.RequiresApproval)
        {
            return draft.Refuse(Gates.Approvals, ErrorCodes.ApprovalsDisabled, $"Running {Preview.Of(tool.Row.Slug)} at level {Words.Level(level)} needs the approval of people, and this installation takes no approvals.");
        }

        draft.Pass(Gates.Approvals);
        if (await FindMissingDependencyAsync(tool, db, cancellationToken) is { } dependency)
        {
            return draft.Refuse(Gates.Dependencies, ErrorCodes.DependencyMissing, dependency);
        }

        draft.Pass(Gates.Dependencies);
        var plan = PlanMaker.Make(
            new AdmittedCall
            {
                Request = request,
                Source = draft.Source,
                Tool = tool,
                Operation = operation,
                OwnLevel = ownLevel,
                Level = level,
                Parameters = parameters.Completed,
                ParametersHash = parameters.Hash,
            },
            tools);
        if (plan.EstimatedCost > request.MaxCost)
        {
            return draft.Refuse(Gates.Cost, ErrorCodes.CostExceeded, FormattableString.Invariant($"maxCost must be at least {plan.EstimatedCost}, what one run is expected to cost; it is {request.MaxCost}."));
        }

        draft.Pass(Gates.Cost);
        return draft.Admit(plan);
    }

    private static string? ChooseOperation(ResolvedTool tool, ToolExecutionRequest request, out ToolOperation? operation)
    {
        var operations = tool.Definition.Operations;
        operation = operations.FirstOrDefault(known => known.Id == request.Operation);
        if (operations.Count == 0)
        {
            return request.Operation is { } needless
                ? $"Tool {Preview.Of(tool.Row.Slug)} has no operations; operation is {Preview.Of(needless)}."
                : null;
        }

        var names = string.Join(", ", operations.Select(known => known.Id));
        return operation is not null ? null
            : request.Operation is null ? $"operation is required for tool {Preview.Of(tool.Row.Slug)}: one of {names}."
            : $"Tool {Preview.Of(tool.Row.Slug)} has no operation {Preview.Of(request.Operation)}; it has {names}.";
    }

    private string? MissingPermission(SecurityLevel level, ToolOperation? operation) =>
        (operation?.RequiredPermissions ?? []).Prepend($"tool:execute:{Words.Level(level)}")
            .FirstOrDefault(permission => !options.AnonymousPermissions.Contains(permission));

    private async Task<string?> FindMissingDependencyAsync(ResolvedTool tool, RegistryDbContext db, CancellationToken cancellationToken)
    {
        foreach (var dependency in tool.Definition.Dependencies)
        {
            var needed = await catalogue.ResolveAsync(dependency.ToolId, dependency.Version, db, cancellationToken);
            if (!needed.Found)
            {
                return $"Tool {Preview.Of(tool.Row.Slug)} depends on {Preview.Of(dependency.ToolId)}. {needed.Message}";
            }
        }

        return null;
    }

    private static SecurityLevel Higher(SecurityLevel one, SecurityLevel? other) => other > one ? other.Value : one;

    /// <summary>E.g. "2 errors in parameters: operands is required; …".</summary>
    private static string Sentence(string where, IReadOnlyList<FieldError> errors)
    {
        const int Shown = 3;
        var texts = errors.Take(Shown).Select(error => error.Message.TrimEnd('.'));
        var more = errors.Count > Shown ? $"; and {errors.Count - Shown} more" : "";
        return $"{errors.Count} error{(errors.Count == 1 ? "" : "s")} in {where}: {string.Join("; ", texts)}{more}.";
    }
}

/// <summary>Names of the gates, as a dry run shows them.</summary>
internal static class Gates
{
    public const string Readable = "readable";
    public const string Identity = "identity";
    public const string Expiry = "expires-at";
    public const string Tool = "tool";
    public const string Permission = "permission";
    public const string Parameters = "parameters";
    public const string Approvals = "approvals";
    public const string Dependencies = "dependencies";
    public const string Cost = "cost";
}
