using Capns.Contracts.Executions;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Registration;

namespace Capns.Registry.Worker.Tools.Loading;

/// <summary>Registers the built-in tools and those of TOOL_DEFINITIONS before the worker serves anybody.</summary>
/// <remarks>Again at every start, in every instance: what is there already stays as it is. A file that is wrong is logged, shown in health, and skipped.</remarks>
internal sealed class ToolLoader(ToolRegistration registration, ToolOptions options, LoadedTools loaded, ILogger<ToolLoader> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Registers everything once.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var files = DefinitionFile.Builtin().ToList();
        if (options.DefinitionsFolder is { } folder)
        {
            files.AddRange(await DefinitionFile.FolderAsync(folder, cancellationToken));
        }

        var open = new List<(string Name, ToolDefinition Definition)>();
        foreach (var file in files)
        {
            if (Check(file) is { } definition)
            {
                open.Add((file.Name, definition));
            }
        }

        await PublishAllAsync(open, cancellationToken);
    }

    /// <summary>A tool may depend on one of a later file: what was refused for that is tried again as long as others succeed.</summary>
    private async Task PublishAllAsync(List<(string Name, ToolDefinition Definition)> open, CancellationToken cancellationToken)
    {
        while (open.Count > 0)
        {
            var waiting = new List<(string Name, ToolDefinition Definition, PublishResult Result)>();
            foreach (var (name, definition) in open)
            {
                var result = await registration.PublishAsync(definition, Audit.Actor.Platform, cancellationToken);
                if (result.Code == ErrorCodes.InvalidDefinition)
                {
                    waiting.Add((name, definition, result));
                }
                else
                {
                    Note(name, definition, result);
                }
            }

            if (waiting.Count == open.Count)
            {
                waiting.ForEach(file => Note(file.Name, file.Definition, file.Result));
                return;
            }

            open = [.. waiting.Select(file => (file.Name, file.Definition))];
        }
    }

    private ToolDefinition? Check(DefinitionFile file)
    {
        if (file.Document is not { } document)
        {
            Skip(file.Name, [new FieldError("", "file", $"{file.Problem}.")]);
            return null;
        }

        var definition = DefinitionCheck.Check(document, options, out var errors);
        if (definition is null)
        {
            Skip(file.Name, errors);
        }

        return definition;
    }

    private void Note(string file, ToolDefinition definition, PublishResult result)
    {
        if (result.IsRefused)
        {
            Skip(file, result.Errors.Count > 0 ? result.Errors : [new FieldError("", result.Code.Code, result.Message)]);
            return;
        }

        loaded.Add(result.Slug);
        if (result.Kind != PublishKind.Unchanged)
        {
            Log.ToolLoaded(logger, result.Slug, definition.Version, file);
        }
    }

    private void Skip(string file, IReadOnlyList<FieldError> errors)
    {
        loaded.Skip(file, errors);
        foreach (var error in errors)
        {
            Log.ToolSkipped(logger, file, error.Path, error.Message);
        }
    }
}
