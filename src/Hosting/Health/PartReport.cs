namespace Capns.Hosting.Health;

/// <summary>What a part said when it was last measured.</summary>
/// <param name="State">How it counts.</param>
/// <param name="Word">How it is shown as <c>status</c>, e.g. <c>connected</c>. Null: the part only contributes measures.</param>
/// <param name="Measures">Further members of its section; values must be writable as JSON.</param>
public sealed record PartReport(PartState State, string? Word, IReadOnlyDictionary<string, object?>? Measures = null)
{
    /// <summary>A store that answered.</summary>
    /// <param name="latency">Round trip.</param>
    public static PartReport Connected(TimeSpan latency) =>
        new(PartState.Up, "connected", new Dictionary<string, object?> { ["latencyMs"] = Math.Round(latency.TotalMilliseconds, 1) });

    /// <summary>A store that did not answer.</summary>
    public static PartReport Disconnected { get; } = new(PartState.Away, "disconnected");

    /// <summary>A store that is switched off; degrades nothing.</summary>
    public static PartReport Disabled { get; } = new(PartState.Disabled, "disabled");
}

/// <summary>How a part counts for the whole.</summary>
public enum PartState
{
    Unknown = 0,

    /// <summary>It works.</summary>
    Up = 1,

    /// <summary>It does not: the whole is degraded, or unhealthy where the part is required.</summary>
    Away = 2,

    /// <summary>It is switched off.</summary>
    Disabled = 3,
}
