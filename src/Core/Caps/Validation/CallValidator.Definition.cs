using Capns.Core.Media;

namespace Capns.Core.Caps.Validation;

/// <content>Definitions.</content>
public sealed partial class CallValidator
{
    /// <summary>
    /// Says whether calls can be held against a definition at all: it keeps the rules of CapNs spec 8, and the schemas and
    /// patterns of its own media types can be used.
    /// </summary>
    /// <param name="cap">The definition.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    /// <returns>With <see cref="CapValidationErrorKind.InvalidCapSchema"/> for the first thing that is wrong.</returns>
    public async ValueTask<CapValidationResult> ValidateDefinitionAsync(Cap cap, CancellationToken cancellationToken = default)
    {
        var report = await CapValidator.ValidateAsync(cap, _specs, cancellationToken);
        var issue = report.Error?.Issue ?? cap.MediaSpecs.Select(FindUnusable).FirstOrDefault(problem => problem is not null);
        return new(
            issue is null ? null : CapValidationError.InvalidCapSchema(cap.Urn, issue),
            [.. report.Warnings.Select(warning => warning.Message)]);
    }

    private string? FindUnusable(MediaSpecDef spec)
    {
        try
        {
            if (spec.Schema is { } schema)
            {
                _compiled.Schema(schema, $"media spec '{spec.Urn}'");
            }

            if (spec.Validation?.Pattern is { } pattern)
            {
                _compiled.Pattern(pattern);
            }

            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }
}
