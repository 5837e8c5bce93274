using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Core.Json;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>What of a definition can never change once it is published, and its hash.</summary>
internal static class DefinitionContent
{
    /// <summary>Hex SHA-256 over the canonical JSON of the definition without its flags (those that platform spec 4.3 lets PATCH change, and whether it is enabled).</summary>
    public static string Hash(ToolDefinition definition)
    {
        var content = definition with
        {
            Id = null,
            DisplayName = "",
            IsEnabled = true,
            Author = null,
            Owner = null,
            Trust = "",
            MaintenanceStatus = "",
            RateLimits = new ToolRateLimits(),
            Approvers = [],
            MinApprovals = null,
        };
        return CanonicalJson.Digest(JsonSerializer.SerializeToElement(content, WireJson.Options))["sha256:".Length..];
    }
}
