using Capns.Core.Urns;

namespace Capns.Core.Caps;

/// <summary>Why a definition is not accepted (CapNs spec 8): the first rule it breaks.</summary>
/// <param name="RuleId">One of <see cref="CapRule"/>; never changes.</param>
/// <param name="Path">JSON Pointer to what is at fault, e.g. <c>/args/0/sources</c>; empty for the whole document.</param>
/// <param name="Issue">The mistake alone, in the words of CapNs spec 8, e.g. <c>RULE2: Argument 'media:a' has empty sources</c>.</param>
/// <param name="Message">The mistake and whose it is, for people.</param>
public sealed record CapDefinitionError(string RuleId, string Path, string Issue, string Message)
{
    /// <summary>What is wrong with the URN of the capability; null for every other mistake.</summary>
    public UrnError? UrnError { get; init; }

    /// <summary>The message, with the place when it is a part of the document.</summary>
    public override string ToString() => Path.Length == 0 ? $"{RuleId}: {Message}" : $"{RuleId} at {Path}: {Message}";
}
