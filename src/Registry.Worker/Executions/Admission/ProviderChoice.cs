using System.Diagnostics.CodeAnalysis;
using Capns.Core.Urns;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>Chooses the tool for a request by <c>cap</c>, ready to run (platform spec 3.14). Thread-safe.</summary>
internal sealed class ProviderChoice(CapabilityIndex index, ToolCatalogue catalogue)
{
    /// <summary>How often index and catalogue are read again when they disagree, because a tool is being changed just now.</summary>
    private const int MaxTries = 5;

    /// <summary>The best provider, or why there is none.</summary>
    public async Task<ChosenProvider> ChooseAsync(CapUrn request, RegistryDbContext db, CancellationToken cancellationToken)
    {
        for (var tries = 1; tries <= MaxTries; tries++)
        {
            var known = index.Current;
            if (!known.TryFindBest(request, out var best))
            {
                // Somebody may have added a provider since. What counts is whether the index is another one now, not who has read
                // it: the watch or another request may have done so while this one waited for its turn.
                await index.RefreshAsync(cancellationToken);
                if (ReferenceEquals(known, index.Current))
                {
                    return ChosenProvider.None(MissingCapability.Of(request, known));
                }

                continue;
            }

            var tool = await catalogue.ResolveAsync(best.Tool.ToolId.ToString(), null, db, cancellationToken);
            if (tool.Found && tool.Tool.Definition.Version == best.Tool.Version)
            {
                return ChosenProvider.Of(best, tool.Tool);
            }

            catalogue.Forget(best.Tool.ToolId, best.Tool.Slug);
            await index.RefreshAsync(cancellationToken);
        }

        return ChosenProvider.None(MissingCapability.Of(request, index.Current));
    }
}

/// <summary>A provider with its tool, or why there is none.</summary>
internal sealed record ChosenProvider
{
    public ProvidedCapability? Provided { get; private init; }

    public ResolvedTool? Tool { get; private init; }

    public MissingCapability? Missing { get; private init; }

    [MemberNotNullWhen(true, nameof(Provided), nameof(Tool))]
    [MemberNotNullWhen(false, nameof(Missing))]
    public bool Found => Tool is not null;

    public static ChosenProvider Of(ProvidedCapability provided, ResolvedTool tool) => new() { Provided = provided, Tool = tool };

    public static ChosenProvider None(MissingCapability missing) => new() { Missing = missing };
}
