using System.Text;
using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>
/// Calls one capability: checks the arguments, has it executed, makes a response of what came (CapNs spec 11.5). Immutable.
/// </summary>
/// <remarks>
/// What it gives is found out before anything is executed: from the output that was asked for, else from that of the
/// capability that was chosen, else from its definition (D15). The first of them that is known counts.
/// </remarks>
public sealed class CapCaller
{
    private readonly IMediaSpecSource _specs;
    private readonly CallArguments _arguments;

    /// <summary>Calls an executor by a definition.</summary>
    /// <param name="request">What was asked for; the executor gets it.</param>
    /// <param name="set">The executor.</param>
    /// <param name="definition">What the arguments and the output are checked against.</param>
    /// <param name="specs">Knows what media URNs stand for. Default: the built-in ones.</param>
    /// <param name="validator">Checks the values of classic calls. Default: one with the same source and the embedded profiles.</param>
    public CapCaller(CapUrn request, ICapSet set, Cap definition, IMediaSpecSource? specs = null, CallValidator? validator = null)
    {
        (Request, Set, Definition) = (request, set, definition);
        _specs = specs ?? BuiltinMediaSpecs.Instance;
        _arguments = new CallArguments(request, definition, _specs, validator ?? CallArguments.ValidatorFor(_specs));
        PositionalArgPositions = GivenArguments.Positions(definition).DistinctBy(place => place.MediaUrn).ToDictionary(
            place => place.MediaUrn, place => place.Position, StringComparer.Ordinal).AsReadOnly();
    }

    /// <summary>What was asked for.</summary>
    public CapUrn Request { get; }

    /// <summary>What executes it.</summary>
    public ICapSet Set { get; }

    /// <summary>The definition of the capability that was chosen.</summary>
    public Cap Definition { get; }

    /// <summary>The places of the positional arguments, 0 and up, by media URN.</summary>
    public IReadOnlyDictionary<string, int> PositionalArgPositions { get; }

    /// <summary>Calls with a list of arguments: every required one must be there, and none that the definition does not have.</summary>
    /// <param name="arguments">By media URN, as the definition writes them. Their values are not looked at.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="CapValidationException">
    /// An argument is missing, unknown, given twice, or cannot be carried. Nothing was executed.
    /// </exception>
    /// <exception cref="UnresolvableMediaUrnException">Nobody knows what it gives. Nothing was executed.</exception>
    /// <exception cref="CapOutputException">It gave what it should not.</exception>
    /// <exception cref="NoSetsFoundException">What was chosen is no longer registered, and nothing else can do it.</exception>
    public async Task<ResponseWrapper> CallAsync(IReadOnlyList<CapArgumentValue> arguments, CancellationToken cancellationToken = default)
    {
        _arguments.Check(arguments);
        return await ExecuteAsync(arguments.ToCall(Definition), [], cancellationToken);
    }

    /// <summary>Calls in the classic form; every value is held against the media type of its argument (CapNs spec 10.2).</summary>
    /// <remarks>Values that were accepted unchecked are named in <see cref="ResponseWrapper.Warnings"/>.</remarks>
    /// <param name="call">Places, names, standard input. The contents of a file that it refers to are not looked at.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="CapValidationException">
    /// An argument is missing, unknown, one too many, or has a wrong value. Nothing was executed.
    /// </exception>
    /// <exception cref="UnresolvableMediaUrnException">Nobody knows what it gives. Nothing was executed.</exception>
    /// <exception cref="CapOutputException">It gave what it should not.</exception>
    /// <exception cref="NoSetsFoundException">What was chosen is no longer registered, and nothing else can do it.</exception>
    public async Task<ResponseWrapper> CallAsync(CapCall call, CancellationToken cancellationToken = default)
    {
        return await ExecuteAsync(call, await _arguments.CheckAsync(call, cancellationToken), cancellationToken);
    }

    private async Task<ResponseWrapper> ExecuteAsync(CapCall call, IReadOnlyList<string> warnings, CancellationToken cancellationToken)
    {
        var output = await ResolveOutputAsync(cancellationToken);
        var response = ToResponse(await Set.ExecuteAsync(Request, call, cancellationToken), output);
        return warnings.Count == 0 ? response : response.With(warnings);
    }

    private async Task<ResolvedMediaSpec> ResolveOutputAsync(CancellationToken cancellationToken)
    {
        UnresolvableMediaUrnException? first = null;
        foreach (var spec in (string?[])[Request.OutSpec, Definition.Urn.OutSpec, Definition.Output?.MediaUrn])
        {
            if (spec is null or CapUrn.AnyDirection)
            {
                continue;
            }

            try
            {
                return await MediaSpecResolution.ResolveAsync(spec, Definition.MediaSpecs, _specs, cancellationToken);
            }
            catch (UnresolvableMediaUrnException exception)
            {
                first ??= exception;
            }
        }

        throw first ?? new UnresolvableMediaUrnException(
            CapUrn.AnyDirection, $"neither cap {Request} nor its definition says what it gives");
    }

    private ResponseWrapper ToResponse(CapResult? result, ResolvedMediaSpec output)
    {
        if (result?.Bytes is { } bytes)
        {
            return output.IsBinary ? ResponseWrapper.FromBinary(bytes) : throw new CapOutputException(
                CapOutputFault.WrongKind, $"Cap {Request} returned binary data but output spec '{output.MediaUrn}' is not binary");
        }

        if (result?.Text is not { } text)
        {
            throw new CapOutputException(CapOutputFault.Nothing, "Cap returned no output");
        }

        return output.IsBinary ? throw new CapOutputException(
                CapOutputFault.WrongKind, $"Cap {Request} returned text data but output spec '{output.MediaUrn}' expects binary")
            : output.IsStructured ? ToJson(text)
            : ResponseWrapper.FromText(text);
    }

    private ResponseWrapper ToJson(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        try
        {
            JsonDocument.Parse(utf8, ResponseWrapper.Deep).Dispose();
            return ResponseWrapper.FromJson(utf8);
        }
        catch (JsonException exception)
        {
            throw new CapOutputException(
                CapOutputFault.NotJson, $"Output is not valid JSON for cap {Request}: {exception.Message}", exception);
        }
    }
}
