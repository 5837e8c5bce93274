using System.Collections.Concurrent;
using Capns.Hosting.Health;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Loading;

/// <summary>What came of the definitions at start; part <c>tool-definitions</c> of health. A skipped file degrades the worker, visibly.</summary>
internal sealed class LoadedTools : IHealthPart
{
    private readonly ConcurrentDictionary<string, byte> _loaded = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyList<FieldError>> _skipped = new(StringComparer.Ordinal);

    public string Name => "tool-definitions";

    public string Section => "tools/definitions";

    public bool Required => false;

    /// <summary>Files that were skipped, each with its errors.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FieldError>> Skipped => _skipped;

    /// <summary>Slugs of the tools that are there.</summary>
    public IReadOnlyCollection<string> Loaded => [.. _loaded.Keys];

    public void Add(string slug) => _loaded[slug] = 0;

    public void Skip(string file, IReadOnlyList<FieldError> errors) => _skipped[file] = errors;

    public Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        var measures = new Dictionary<string, object?>
        {
            ["loaded"] = _loaded.Count,
            ["skipped"] = _skipped.ToDictionary(file => file.Key, file => $"{file.Value[0].Path} {file.Value[0].Message}".TrimStart()),
        };
        return Task.FromResult(_skipped.IsEmpty ? new PartReport(PartState.Up, "loaded", measures) : new PartReport(PartState.Away, "skipped", measures));
    }
}
