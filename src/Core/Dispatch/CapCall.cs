namespace Capns.Core.Dispatch;

/// <summary>What a capability is called with, in the classic form (CapNs spec 11.1). Immutable.</summary>
/// <remarks>
/// Positional value n is the argument with position n, a name is an argument's media URN or its flag, standard input is the
/// argument with a stdin source. <see cref="UnifiedArguments"/> leads from this form to the unified one and back.
/// </remarks>
public sealed record CapCall
{
    /// <summary>A call without arguments.</summary>
    public static CapCall Empty { get; } = new();

    /// <summary>Values by place, the first at 0. Default: none.</summary>
    public IReadOnlyList<string> Positional { get; init; } = [];

    /// <summary>Values by name. Default: none.</summary>
    public IReadOnlyList<NamedArgument> Named { get; init; } = [];

    /// <summary>Standard input. Absent: there is none, which is not the same as one without bytes.</summary>
    public StdinSource? Stdin { get; init; }
}

/// <summary>An argument that is given by name.</summary>
/// <param name="Name">The media URN of the argument, as its definition writes it, or its flag with its dashes.</param>
/// <param name="Value">The value as text.</param>
public readonly record struct NamedArgument(string Name, string Value);

/// <summary>Where standard input comes from.</summary>
public abstract record StdinSource
{
    private StdinSource()
    {
    }

    /// <summary>The bytes themselves.</summary>
    /// <param name="Bytes">May be empty.</param>
    public sealed record Data(ReadOnlyMemory<byte> Bytes) : StdinSource;

    /// <summary>A file that the executor reads itself, such as a plugin's host.</summary>
    /// <param name="TrackedFileId">What whoever watches over the file calls it.</param>
    /// <param name="OriginalPath">Where the file was when it was chosen.</param>
    /// <param name="SecurityBookmark">What grants access to it; empty where nothing has to.</param>
    /// <param name="MediaUrn">What the file contains.</param>
    public sealed record FileReference(
        string TrackedFileId, string OriginalPath, ReadOnlyMemory<byte> SecurityBookmark, string MediaUrn) : StdinSource;
}
