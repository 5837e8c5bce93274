using Capns.Core.Media;

namespace Capns.Core.Tests.Media;

/// <summary>A source that knows what it is told, or cannot be asked; counts what it was asked.</summary>
internal sealed class ScriptedSource(params MediaSpecDef[] specs) : IMediaSpecSource
{
    public static ScriptedSource Unreachable(string why) => new() { Failure = why };

    public List<string> Asked { get; } = [];

    private string? Failure { get; init; }

    public ValueTask<MediaSpecDef?> FindAsync(MediaUrn urn, CancellationToken cancellationToken = default)
    {
        Asked.Add(urn.ToString());
        return Failure is null
            ? new ValueTask<MediaSpecDef?>(specs.FirstOrDefault(spec => MediaUrn.Parse(spec.Urn) == urn))
            : throw new MediaSourceUnreachableException(Failure);
    }
}
