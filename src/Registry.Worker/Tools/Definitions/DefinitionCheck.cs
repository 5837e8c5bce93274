using System.Text.Json;
using Capns.Contracts;
using Capns.Core.Urns;
using Capns.Core.Versions;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Definitions;

/// <summary>Checks all of a definition that can be checked without the catalogue (platform spec 5.1 to 5.5).</summary>
internal static class DefinitionCheck
{
    /// <summary>Reads and checks. Never throws for what the definition says.</summary>
    /// <param name="document">The definition.</param>
    /// <param name="options">The caps of this installation.</param>
    /// <param name="errors">All that was wrong; empty when a definition is returned.</param>
    public static ToolDefinition? Check(JsonElement document, ToolOptions options, out IReadOnlyList<FieldError> errors)
    {
        if (DefinitionReader.Read(document, options, out errors) is not { } definition)
        {
            return null;
        }

        var found = new List<FieldError>();
        errors = found;
        CheckVersions(definition, found);
        CheckLevel(definition, found);
        CheckCapabilities(definition, found);
        var schemas = ToolSchemas.Compile(definition, found);
        if (schemas is not null)
        {
            CheckExamples(definition, schemas, found);
        }

        return found.Count == 0 ? definition : null;
    }

    private static void CheckVersions(ToolDefinition definition, List<FieldError> errors)
    {
        if (!SemVersion.TryParse(definition.Version, out _, out var error))
        {
            errors.Add(new FieldError("/version", "format", $"version must be a semantic version, e.g. 1.0.0; {Preview.Of(definition.Version)} {error.Message}."));
        }

        for (var index = 0; index < definition.Dependencies.Count; index++)
        {
            var dependency = definition.Dependencies[index];
            if (!DefinitionReader.IsSlug(dependency.ToolId))
            {
                errors.Add(new FieldError($"/dependencies/{index}", "pattern", $"dependencies/{index} must name a tool by slug or uuid; it is {Preview.Of(dependency.ToolId)}."));
            }

            if (dependency.Version is { } range && !VersionRange.TryParse(range, out _, out _))
            {
                errors.Add(new FieldError($"/dependencies/{index}/version", "format", $"dependencies/{index}/version must be a version or a range, e.g. ^1.2; it is {Preview.Of(range)}."));
            }
        }
    }

    private static void CheckLevel(ToolDefinition definition, List<FieldError> errors)
    {
        var limits = definition.ExecutionConfig;
        if (limits.NetworkAccess && definition.SecurityLevel == SecurityLevel.Safe)
        {
            errors.Add(new FieldError("/executionConfig/networkAccess", "const", "executionConfig/networkAccess must be false for a tool of level safe; it is true. Take level moderate or higher."));
        }

        if (limits.NetworkAccess && definition.SecurityLevel == SecurityLevel.Restricted && limits.AllowedHosts.Count == 0)
        {
            errors.Add(new FieldError("/executionConfig/allowedHosts", "minItems", "executionConfig/allowedHosts must name at least 1 host for a restricted tool with networkAccess; it names 0."));
        }

        if (definition.Executor.Type == "container" && limits.Isolation == "native")
        {
            errors.Add(new FieldError("/executionConfig/isolation", "enum", "executionConfig/isolation must be container or vm for an executor of type container; it is \"native\"."));
        }
    }

    private static void CheckCapabilities(ToolDefinition definition, List<FieldError> errors)
    {
        for (var index = 0; index < definition.Capabilities.Count; index++)
        {
            var capability = definition.Capabilities[index];
            if (OfferedCapabilities.IsUrn(capability) && CapUrn.Validate(capability) is { } error)
            {
                errors.Add(new FieldError($"/capabilities/{index}", "format", CapFault.Sentence($"capabilities/{index}", capability, error)));
            }
        }
    }

    private static void CheckExamples(ToolDefinition definition, ToolSchemas schemas, List<FieldError> errors)
    {
        for (var index = 0; index < definition.Examples.Count; index++)
        {
            var example = definition.Examples[index];
            errors.AddRange(schemas.CheckInput(example.Input).Select(error => At($"/examples/{index}/input", error)));
            if (example.ExpectedOutput is { } output && schemas.Result is { } result)
            {
                errors.AddRange(result.Validate(output).Select(error => At($"/examples/{index}/expectedOutput", new FieldError(error.Path, error.Keyword, error.Message))));
            }
        }
    }

    private static FieldError At(string prefix, FieldError error)
    {
        var path = prefix + error.Path;
        return new FieldError(path, error.Keyword, $"{path.TrimStart('/')} {error.Message.TrimEnd('.')}.");
    }
}
