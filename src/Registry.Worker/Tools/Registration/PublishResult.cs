using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>What a change of the catalogue did, or why it was refused.</summary>
internal sealed record PublishResult
{
    public PublishKind Kind { get; private init; }

    /// <summary>Uuid of the tool; empty when refused.</summary>
    public Guid ToolId { get; private init; }

    public string Slug { get; private init; } = "";

    public ErrorCode? Code { get; private init; }

    public string? Message { get; private init; }

    public IReadOnlyList<FieldError> Errors { get; private init; } = [];

    /// <summary>Further facts of a refusal, when it has no <see cref="Errors"/>.</summary>
    public JsonElement? Details { get; private init; }

    [MemberNotNullWhen(true, nameof(Code), nameof(Message))]
    public bool IsRefused => Kind == PublishKind.Refused;

    public static PublishResult Done(PublishKind kind, Guid toolId, string slug) => new() { Kind = kind, ToolId = toolId, Slug = slug };

    public static PublishResult Refused(ErrorCode code, string message, params IReadOnlyList<FieldError> errors) =>
        new() { Kind = PublishKind.Refused, Code = code, Message = message, Errors = errors };

    /// <summary>The same with facts.</summary>
    public static PublishResult RefusedWith(ErrorCode code, string message, JsonElement details) =>
        new() { Kind = PublishKind.Refused, Code = code, Message = message, Details = details };
}

/// <summary>Kinds of <see cref="PublishResult"/>.</summary>
internal enum PublishKind
{
    Unknown = 0,

    /// <summary>A new tool.</summary>
    Registered,

    /// <summary>A new version of a tool that was there.</summary>
    VersionPublished,

    /// <summary>This version was there with this content.</summary>
    Unchanged,

    /// <summary>Flags of a tool or a version.</summary>
    Changed,

    /// <summary>The tool is gone, or out of use for good.</summary>
    Removed,

    Refused,
}
