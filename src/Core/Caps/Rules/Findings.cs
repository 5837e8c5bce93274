namespace Capns.Core.Caps.Rules;

/// <summary>In which order rules are looked at; a mistake of an earlier stage is reported before one of a later (CapNs spec 8).</summary>
internal enum DefinitionStage
{
    Structure,
    Urn,
    Arguments,
    MediaSpecs,
    References,
}

/// <summary>Collects what reading and rules find, and keeps the one mistake to be reported.</summary>
internal sealed class Findings
{
    private readonly List<CapDefinitionWarning> _warnings = [];

    private DefinitionStage _stage;

    /// <summary>What is reported: the first mistake of the earliest stage. Null while there is none.</summary>
    public CapDefinitionError? Error { get; private set; }

    /// <summary>False when a mistake of this stage could not be reported any more.</summary>
    public bool IsOpen(DefinitionStage stage) => Error is null || _stage > stage;

    public void Report(DefinitionStage stage, CapDefinitionError error)
    {
        if (IsOpen(stage))
        {
            (Error, _stage) = (error, stage);
        }
    }

    /// <summary>Reports a mistake whose text stands for itself.</summary>
    public void Report(DefinitionStage stage, string rule, string path, string text) =>
        Report(stage, new CapDefinitionError(rule, path, text, text));

    /// <summary>Reports one of RULE1 to RULE12.</summary>
    /// <param name="cap">Canonical URN of the definition.</param>
    /// <param name="rule">Which.</param>
    /// <param name="path">To what is at fault.</param>
    /// <param name="text">Without the rule's name in front.</param>
    public void ReportArgument(string cap, string rule, string path, string text)
    {
        var issue = $"{rule}: {text}";
        Report(DefinitionStage.Arguments, new CapDefinitionError(rule, path, issue, $"Cap '{cap}' has invalid schema: {issue}"));
    }

    public void Warn(string rule, string path, string message) => _warnings.Add(new CapDefinitionWarning(rule, path, message));

    /// <param name="cap">What was looked at; given on only when there is no mistake.</param>
    public CapValidationReport ToReport(Cap? cap) => new(Error, [.. _warnings]) { Cap = Error is null ? cap : null };
}
