using Capns.Access;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Hosting.Secrets;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Approvals.Asking;
using Capns.Registry.Worker.Executions.KillSwitches;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Executions.Admission;

/// <inheritdoc cref="IAdmission"/>
/// <remarks>Thread-safe. The gates are those of platform spec 5.4 in its order; the ones it lacks (budgets, cache) come with their features.</remarks>
internal sealed class Admission(
    ToolCatalogue catalogue,
    ProviderChoice providers,
    ToolOptions tools,
    AdmissionOptions options,
    KillSwitchBoard switches,
    AccessGates access,
    ApprovalOptions approvals,
    TimeProvider time) : IAdmission
{
    public Task<AdmissionOutcome> AdmitAsync(InboundEvent inbound, RegistryDbContext db, CancellationToken cancellationToken) =>
        RunAsync(inbound, null, db, cancellationToken);

    public Task<AdmissionOutcome> AdmitAsync(InboundEvent inbound, Caller caller, RegistryDbContext db, CancellationToken cancellationToken) =>
        RunAsync(inbound, caller, db, cancellationToken);

    private async Task<AdmissionOutcome> RunAsync(InboundEvent inbound, Caller? caller, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var request = RequestReader.Read(inbound.Payload, now, out var errors);
        var draft = new AdmissionDraft(inbound, request);
        return FormGates.CheckForm(draft, errors)
            ?? await IdentifyAsync(draft, caller, inbound, db, cancellationToken)
            ?? FormGates.CheckExpiry(draft, now)
            ?? await AdmitReadableAsync(draft, db, cancellationToken);
    }

    /// <summary>Gate 2.</summary>
    private async Task<AdmissionOutcome?> IdentifyAsync(AdmissionDraft draft, Caller? known, InboundEvent inbound, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var (caller, code, refusal) = await access.IdentifyAsync(known, inbound, draft.Request, db, cancellationToken);
        draft.Caller = caller;
        if (code is not null)
        {
            return draft.Refuse(Gates.Identity, code, refusal!);
        }

        draft.Pass(Gates.Identity);
        return null;
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
        if (switches.Find(tool.Row.Id) is { } killed)
        {
            return draft.Refuse(Gates.KillSwitch, ErrorCodes.KillSwitch, killed.Sentence);
        }

        draft.Pass(Gates.KillSwitch);
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
        if (parameters.SecretPaths.Count > 0)
        {
            draft.Redactor = Redactor.For(parameters.Secrets);
        }

        var demand = RunDemand.Of(tool.Row, operation, level, request.AgentId, request.ProjectId);
        var decision = await access.CheckAsync(draft.Caller, demand, db, cancellationToken);
        if (decision.Effect == AccessEffect.Denied)
        {
            return draft.Refuse(Gates.Permission, ErrorCodes.InsufficientPermissions, $"Running {Preview.Of(tool.Row.Slug)} at level {Words.Level(level)}: {decision.Reason}");
        }

        draft.Decision = decision;

        draft.Pass(Gates.Permission);
        if (parameters.Errors.Count > 0)
        {
            return draft.Refuse(Gates.Parameters, ErrorCodes.InvalidParameters, parameters.Errors.Sentence("parameters"), parameters.Errors);
        }

        draft.Pass(Gates.Parameters);
        draft.Approval = ApprovalNeed.Of(level, tool.Definition.RequiresApproval || tool.Row.RequiresApproval, tool.Flags, decision, approvals);
        if (draft.Approval is not null && !approvals.Enabled)
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
                SecretPaths = parameters.SecretPaths,
                Permissions = demand.Permissions,
                Caller = draft.Caller,
                Limits = decision.Limits,
            },
            tools);
        if (plan.EstimatedCost > request.MaxCost)
        {
            return draft.Refuse(Gates.Cost, ErrorCodes.CostExceeded, FormattableString.Invariant($"maxCost must be at least {plan.EstimatedCost}, what one run is expected to cost; it is {request.MaxCost}."));
        }

        draft.Pass(Gates.Cost);
        // Passed in the end: whoever asks is told that it waits for people.
        draft.Pass(Gates.Approval);
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
}
