namespace Capns.Registry.Worker.Tools.Catalogue;

/// <summary>What instances tell each other of tools, so that not each has to ask the database (platform spec 9.2, <c>cache:tool:</c>). Thread-safe; never throws.</summary>
internal interface IToolCache
{
    /// <summary>A tool as it was when the catalogue had the revision it has now; null when nobody has told.</summary>
    /// <param name="reference">Uuid or slug.</param>
    Task<CachedTool?> FindAsync(string reference);

    /// <summary>Tells the others.</summary>
    /// <param name="reference">By which it was asked for.</param>
    /// <param name="revision">Of the catalogue, read before the tool was.</param>
    /// <param name="tool">What was read.</param>
    Task KeepAsync(string reference, long revision, CachedTool tool);

    /// <summary>The catalogue's revision as this instance knows it; 0 when it knows none, and then nothing is kept.</summary>
    long Revision { get; }

    /// <summary>Forgets tools that have changed.</summary>
    Task DropAsync(IReadOnlyList<string> references);
}

/// <summary>A tool with its flags, the list of its versions and the definition of the latest.</summary>
internal sealed record CachedTool
{
    public required Tool Row { get; init; }

    public required IReadOnlyList<CachedVersion> Versions { get; init; }
}

/// <summary>One version in the cache.</summary>
internal sealed record CachedVersion(string Version, bool IsEnabled, bool Deprecated);
