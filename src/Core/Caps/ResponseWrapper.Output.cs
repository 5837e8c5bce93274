using System.Text.Json;
using System.Text.Unicode;
using Capns.Core.Caps.Validation;
using Capns.Core.Media;

namespace Capns.Core.Caps;

/// <content>Held against what a capability promises.</content>
public sealed partial class ResponseWrapper
{
    /// <summary>How JSON is looked through that is only to be JSON. A type to read it as may allow less.</summary>
    internal static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1_024 };

    /// <summary>
    /// Says whether this can be a result of a capability. JSON must parse, bytes need an output that is binary; text always can.
    /// </summary>
    /// <param name="cap">The definition; one without output takes everything.</param>
    /// <param name="specs">Knows what media URNs stand for. Default: the built-in ones.</param>
    /// <param name="cancellationToken">Ends the wait for <paramref name="specs"/>.</param>
    /// <returns>
    /// Null when it can. The values of JSON are not looked at: <see cref="CallValidator.ValidateOutputTextAsync"/> does that.
    /// </returns>
    public async ValueTask<CapValidationError?> ValidateAgainstCapAsync(
        Cap cap, IMediaSpecSource? specs = null, CancellationToken cancellationToken = default)
    {
        if (Kind == ResponseKind.Json)
        {
            return FindJsonProblem() is { } problem ? CapValidationError.JsonParseError(cap.Urn, problem) : null;
        }

        if (Kind == ResponseKind.Text || cap.Output is null)
        {
            return null;
        }

        try
        {
            var spec = await cap.ResolveMediaUrnAsync(cap.Output.MediaUrn, specs, cancellationToken);
            return spec.IsBinary ? null : new ValueSubject(cap.Urn, Argument: null).WrongType(
                cap.Output.MediaUrn, $"({Size} bytes)", ["Binary response, but the output is not of a binary type"]);
        }
        catch (UnresolvableMediaUrnException exception)
        {
            return CapValidationError.InvalidMediaSpec(cap.Urn, ValueSubject.OutputField, cap.Output.MediaUrn, exception.Message);
        }
    }

    /// <summary>
    /// True when a capability promises this kind: JSON for a map or list, bytes for a binary type, text for everything else.
    /// </summary>
    /// <param name="cap">The definition.</param>
    /// <param name="specs">Knows what media URNs stand for. Default: the built-in ones.</param>
    /// <param name="cancellationToken">Ends the wait for <paramref name="specs"/>.</param>
    /// <exception cref="UnresolvableMediaUrnException">Nobody knows the type of the output, or there is no output.</exception>
    public async ValueTask<bool> MatchesOutputTypeAsync(
        Cap cap, IMediaSpecSource? specs = null, CancellationToken cancellationToken = default)
    {
        if (cap.Output is null)
        {
            throw new UnresolvableMediaUrnException(ValueSubject.OutputField, $"cap '{cap.Urn}' has no output definition");
        }

        var spec = await cap.ResolveMediaUrnAsync(cap.Output.MediaUrn, specs, cancellationToken);
        return Kind switch
        {
            ResponseKind.Json => spec.IsStructured,
            ResponseKind.Text => spec is { IsBinary: false, IsStructured: false },
            _ => spec.IsBinary,
        };
    }

    private string? FindJsonProblem()
    {
        if (!Utf8.IsValid(Bytes.Span))
        {
            return "the response is not valid UTF-8";
        }

        try
        {
            JsonDocument.Parse(Bytes, Deep).Dispose();
            return null;
        }
        catch (JsonException exception)
        {
            return exception.Message;
        }
    }
}
