using System.Diagnostics.CodeAnalysis;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Tools.Catalogue;

/// <summary>A tool and one of its versions, ready to check a request against. Immutable and shared: its row must not be changed.</summary>
internal sealed record ResolvedTool(Tool Row, ToolFlags Flags, ToolDefinition Definition, ToolSchemas Schemas, bool Deprecated);

/// <summary>Either a tool or why there is none.</summary>
internal sealed record Resolution
{
    public ResolvedTool? Tool { get; private init; }

    /// <summary>Uuid of the tool, also when its version was not found or it is switched off.</summary>
    public Guid? ToolId { get; private init; }

    public ErrorCode? Code { get; private init; }

    public string? Message { get; private init; }

    [MemberNotNullWhen(true, nameof(Tool))]
    [MemberNotNullWhen(false, nameof(Code), nameof(Message))]
    public bool Found => Tool is not null;

    public static Resolution Of(ResolvedTool tool) => new() { Tool = tool, ToolId = tool.Row.Id };

    public static Resolution Refused(ErrorCode code, string message, Guid? toolId = null) => new() { Code = code, Message = message, ToolId = toolId };
}
