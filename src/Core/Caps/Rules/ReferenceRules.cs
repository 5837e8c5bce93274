using Capns.Core.Json;
using Capns.Core.Media;

namespace Capns.Core.Caps.Rules;

/// <summary>XV3 and XV5 (CapNs spec 8.3): whether the media URNs of one definition stand for something, and for one thing only.</summary>
internal sealed class ReferenceRules(Findings findings, Cap cap, IMediaSpecSource source)
{
    private enum Answer
    {
        NotThere,
        There,
        Unreachable,
    }

    /// <summary>A source is asked once for a URN, however often it stands there.</summary>
    private readonly Dictionary<MediaUrn, Answer> _answers = [];

    private readonly HashSet<string> _inlineTexts = new(cap.MediaSpecs.Select(spec => spec.Urn), StringComparer.Ordinal);

    private readonly HashSet<MediaUrn> _inlineUrns =
        [.. cap.MediaSpecs.Select(spec => MediaUrn.TryParse(spec.Urn, null, out var urn) ? urn : null).OfType<MediaUrn>()];

    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var (urn, location, path) in References())
        {
            if (!await ResolvesAsync(urn, path, cancellationToken))
            {
                findings.Report(DefinitionStage.References, new CapDefinitionError(
                    CapRule.UnresolvedMediaUrn,
                    path,
                    $"Unresolved media URN '{urn}' referenced in {location}",
                    $"Cap '{cap.UrnString}' references unresolvable media URN '{urn}' in {location}"));
                return;
            }
        }

        foreach (var (index, spec) in cap.MediaSpecs.Index())
        {
            await CheckRedefinitionAsync(spec, JsonPointer.Append("/media_specs", index), cancellationToken);
        }
    }

    /// <summary>In the order of CapNs spec 8.3.</summary>
    private IEnumerable<(string Urn, string Location, string Path)> References()
    {
        if (cap.Urn.Input is not null)
        {
            yield return (cap.Urn.InSpec, "in tag", "/urn");
        }

        if (cap.Urn.Output is not null)
        {
            yield return (cap.Urn.OutSpec, "out tag", "/urn");
        }

        foreach (var (index, arg) in cap.Args.Index())
        {
            yield return (arg.MediaUrn, $"argument '{arg.MediaUrn}'", JsonPointer.Append(JsonPointer.Append("/args", index), "media_urn"));
        }

        if (cap.Output is { } output)
        {
            yield return (output.MediaUrn, "output", "/output/media_urn");
        }

        foreach (var (index, arg) in cap.Args.Index())
        {
            foreach (var (place, stdin) in arg.Sources.Index().Where(source => source.Item is ArgSource.Stdin))
            {
                var path = JsonPointer.Append(JsonPointer.Append(JsonPointer.Append("/args", index), "sources"), place);
                yield return (((ArgSource.Stdin)stdin).MediaUrn, $"stdin source of argument '{arg.MediaUrn}'", path);
            }
        }
    }

    private async ValueTask<bool> ResolvesAsync(string text, string path, CancellationToken cancellationToken)
    {
        var isUrn = MediaUrn.TryParse(text, out var urn, out _);
        if (_inlineTexts.Contains(text) || (isUrn && _inlineUrns.Contains(urn!)))
        {
            return true;
        }

        if (!isUrn)
        {
            return false;
        }

        var answer = await AskAsync(urn!, cancellationToken);
        if (answer == Answer.Unreachable)
        {
            findings.Warn(CapRule.UnresolvedMediaUrn, path, $"XV3: Could not ask for media URN '{text}' (offline mode)");
        }

        return answer == Answer.There;
    }

    private async ValueTask CheckRedefinitionAsync(MediaSpecDef spec, string path, CancellationToken cancellationToken)
    {
        // MS2 has refused what is no media URN.
        switch (await AskAsync(MediaUrn.Parse(spec.Urn), cancellationToken))
        {
            case Answer.There:
                findings.Report(DefinitionStage.References, new CapDefinitionError(
                    CapRule.SpecRedefined,
                    path,
                    $"XV5: Inline media spec '{spec.Urn}' redefines existing registry spec",
                    $"XV5: Cap '{cap.UrnString}' inline media spec '{spec.Urn}' redefines existing registry spec"));
                break;
            case Answer.Unreachable:
                findings.Warn(
                    CapRule.SpecRedefined, path, $"XV5: Could not verify inline spec '{spec.Urn}' against online registry (offline mode)");
                break;
        }
    }

    private async ValueTask<Answer> AskAsync(MediaUrn urn, CancellationToken cancellationToken)
    {
        if (_answers.TryGetValue(urn, out var known))
        {
            return known;
        }

        try
        {
            known = await source.FindAsync(urn, cancellationToken) is null ? Answer.NotThere : Answer.There;
        }
        catch (MediaSourceUnreachableException)
        {
            known = Answer.Unreachable;
        }

        return _answers[urn] = known;
    }
}
