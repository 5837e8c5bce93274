using System.Text.Json;
using System.Text.RegularExpressions;
using Capns.Contracts;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Definitions;

/// <summary>Reads a tool definition and notes every field that is wrong: type, length, bound, unknown (platform spec 5.1, 10.5).</summary>
/// <remarks>What only makes sense together (schemas and examples, level and network) is for <see cref="DefinitionCheck"/>.</remarks>
internal static partial class DefinitionReader
{
    private const string Levels = "safe, moderate, restricted, dangerous";

    /// <summary>Longest estimate of one run's cost; the column holds 12 digits before the point.</summary>
    private const decimal MaxAmount = 999_999_999_999m;

    /// <summary>Reads one definition. Never throws.</summary>
    /// <param name="document">The definition.</param>
    /// <param name="options">For the default level.</param>
    /// <param name="errors">All that was wrong; empty when a definition is returned.</param>
    public static ToolDefinition? Read(JsonElement document, ToolOptions options, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (document.ValueKind != JsonValueKind.Object)
        {
            found.Add(new FieldError("", "type", $"A definition must be an object; it is {Preview.Of(document)}."));
            return null;
        }

        if (StorableJson.Check(document) is { } unstorable)
        {
            found.Add(unstorable);
            return null;
        }

        var definition = ReadFields(new JsonFields(document, "", found), options);
        return found.Count == 0 ? definition : null;
    }

    /// <summary>True for <c>[a-z0-9][a-z0-9._-]{0,127}</c>.</summary>
    public static bool IsSlug(string text) => Slug().IsMatch(text);

    private static ToolDefinition ReadFields(JsonFields fields, ToolOptions options)
    {
        RequireAll(fields);
        var name = fields.Text("name", 255) ?? "";
        var tags = fields.Texts("tags", 50, 128) ?? [];
        var definition = new ToolDefinition
        {
            Id = Matching(fields, "id", 128, text => IsSlug(text) || Guid.TryParseExact(text, "D", out _), "a uuid, or a slug of a-z, 0-9, '.', '_', '-' that starts with a letter or digit"),
            Name = name,
            DisplayName = fields.Text("displayName", 255) ?? name,
            Description = fields.Text("description", 4000, 0) ?? "",
            Version = fields.Text("version", 50) ?? "",
            Category = Matching(fields, "category", 128, IsSlug, "a slug of a-z, 0-9, '.', '_', '-'") ?? "",
            Tags = tags,
            Capabilities = fields.Texts("capabilities", 50, 1024) ?? tags,
            Parameters = fields.Object("parameters") ?? default,
            ReturnType = fields.Any("returnType"),
            StrictResult = fields.Flag("strictResult") ?? true,
            Examples = DefinitionParts.Examples(fields),
            SecurityLevel = fields.Enumeration<SecurityLevel>("securityLevel", Levels) ?? options.DefaultLevel,
            RequiresApproval = fields.Flag("requiresApproval") ?? false,
            IsEnabled = fields.Flag("isEnabled") ?? true,
            ExecutionTimeEstimate = fields.Integer("executionTimeEstimate", 1, unit: "milliseconds") ?? 1000,
            CostEstimate = fields.Number("costEstimate", 0, MaxAmount) ?? 0,
            Pricing = Pricing(fields),
            Author = fields.Text("author", 255),
            Owner = fields.Text("owner", 255),
            Dependencies = DefinitionParts.Dependencies(fields),
            RateLimits = DefinitionParts.RateLimits(fields),
            ExecutionConfig = DefinitionParts.Limits(fields, options),
            Executor = ExecutorReader.Read(fields),
            RetryPolicy = RetryPolicyReader.Read(fields, "retryPolicy", strict: true),
            Idempotent = fields.Flag("idempotent") ?? false,
            Cacheable = fields.Flag("cacheable") ?? false,
            CacheTtl = fields.Integer("cacheTtl", 1, 86_400, "seconds") ?? 300,
            Secrets = fields.Texts("secrets", 20, 128) ?? [],
            Approvers = fields.Texts("approvers", 10, 128) ?? [],
            MinApprovals = fields.Integer("minApprovals", 1, 10),
            Trust = fields.Word("trust", "trusted", "reviewed", "quarantine") ?? "reviewed",
            Pool = Matching(fields, "pool", 32, text => PoolName().IsMatch(text), "1 to 32 of a-z, 0-9 and '-'"),
            Operations = DefinitionParts.Operations(fields, Levels),
            MaintenanceStatus = fields.Word("maintenanceStatus", "active", "maintenance", "deprecated") ?? "active",
            DocumentationUrl = fields.Text("documentationUrl", 2048),
            SupportContact = fields.Text("supportContact", 255),
            Changelog = fields.Any("changelog"),
            EnvironmentRequirements = fields.Any("environmentRequirements"),
        };
        fields.RefuseUnknown();
        return definition;
    }

    private static void RequireAll(JsonFields fields)
    {
        fields.Require("name", "text of 1 to 255 characters");
        fields.Require("description", "text of up to 4000 characters");
        fields.Require("version", "a semantic version, e.g. 1.0.0");
        fields.Require("category", "a slug, e.g. computation");
        fields.Require("parameters", "a JSON Schema with type object");
    }

    private static string? Matching(JsonFields fields, string name, int max, Func<string, bool> fits, string expectation)
    {
        var text = fields.Text(name, max);
        if (text is null || fits(text))
        {
            return text;
        }

        fields.Note(name, "pattern", $"must be {expectation}; it is {Preview.Of(text)}");
        return null;
    }

    private static ToolPricing? Pricing(JsonFields parent)
    {
        if (parent.Fields("pricing") is not { } fields)
        {
            return null;
        }

        var pricing = new ToolPricing
        {
            PerCall = fields.Number("perCall", 0, MaxAmount) ?? 0,
            PerSecond = fields.Number("perSecond", 0, MaxAmount) ?? 0,
            PerCpuSecond = fields.Number("perCpuSecond", 0, MaxAmount) ?? 0,
            PerMbSecond = fields.Number("perMbSecond", 0, MaxAmount) ?? 0,
            PerNetworkCall = fields.Number("perNetworkCall", 0, MaxAmount) ?? 0,
        };
        fields.RefuseUnknown();
        return pricing;
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Slug();

    [GeneratedRegex(@"\A[a-z0-9-]{1,32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PoolName();
}
