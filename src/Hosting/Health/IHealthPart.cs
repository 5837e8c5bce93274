namespace Capns.Hosting.Health;

/// <summary>One part of a worker that can be there or away. Workers register theirs as <c>services.AddSingleton&lt;IHealthPart, …&gt;()</c>.</summary>
public interface IHealthPart
{
    /// <summary>Its name in <c>dependencies</c>, and in <c>/health/{part}</c>.</summary>
    string Name { get; }

    /// <summary>Where its values stand in <c>/health/detailed</c>, e.g. <c>database/postgresql</c> or <c>broker</c>.</summary>
    string Section { get; }

    /// <summary>True: without it the worker is not ready.</summary>
    bool Required { get; }

    /// <summary>Measures now. An exception counts as away; it is cancelled after 2 s, which counts the same.</summary>
    Task<PartReport> MeasureAsync(CancellationToken cancellationToken);
}
